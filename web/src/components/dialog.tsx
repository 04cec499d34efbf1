/**
 * A dialog in the middle, or a drawer from the right: keeps the focus in itself, gives it back, closes by Escape and by a press
 * beside it. Heavy, so it is loaded when the first one opens (`lazy-dialog.tsx`).
 */
import { Dialog as Base } from '@base-ui/react/dialog'
import { type ReactNode, useRef } from 'react'
import { useConnection } from '../live/connection.ts'
import { useWords } from '../texts/words.tsx'
import { Icon } from './icon.tsx'
import './dialog.css'
import './field.css'

export interface DialogProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly kind?: 'dialog' | 'drawer'
  /** Repeated here, where the page behind is covered. */
  readonly isSandbox?: boolean
  readonly children: ReactNode
  /** Where the focus goes once it has closed, if not back to what opened it. */
  readonly returnsTo?: (() => HTMLElement | null) | undefined
  /** Its buttons, the one to press before the others. */
  readonly footer?: ReactNode
}

export default function Dialog(props: DialogProps) {
  const { title, isOpen, onClose, kind = 'dialog', isSandbox = false, children, footer, returnsTo } = props
  const { t } = useWords()
  const isEnded = useConnection() === 'ended'
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => (open ? undefined : onClose())}>
      <Base.Portal>
        <Base.Backdrop className="dialog-backdrop" />
        {/* It takes the focus itself, so that its title is read and no button is pressed by accident. */}
        <Base.Popup
          ref={popup}
          initialFocus={popup}
          finalFocus={() => returnsTo?.() ?? true}
          className={`dialog ${kind === 'drawer' ? 'drawer' : ''}`}
        >
          <header className="dialog-header">
            <Base.Title className="dialog-title">{title}</Base.Title>
            <Base.Close className="icon-button" aria-label={t('action.close')}>
              <Icon name="close" />
            </Base.Close>
          </header>
          <div className="dialog-body">
            {isEnded ? (
              <p className="field-fault">
                <Icon name="warning" />
                <span>{t('page.sessionOver')}</span>
              </p>
            ) : null}
            {isSandbox ? <p className="sandbox-label">{t('page.sandbox')}</p> : null}
            {children}
          </div>
          {footer ? <footer className="dialog-footer">{footer}</footer> : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
