/**
 * A centred dialog, or a drawer from the right. It traps the focus and returns it, and closes by Escape or a click
 * outside. It is large, so it is loaded when the first one opens (`lazy-dialog.tsx`).
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
  /** Repeats the sandbox label, because the page behind is covered. */
  readonly isSandbox?: boolean
  readonly children: ReactNode
  /** Where the focus goes after closing; default: what opened it. */
  readonly returnsTo?: (() => HTMLElement | null) | undefined
  /** Its buttons, the primary one first. */
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
        {/* The popup itself takes the focus: its title is read, and no button is pressed by accident. */}
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
