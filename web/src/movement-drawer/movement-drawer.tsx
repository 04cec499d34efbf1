/**
 * The drawer of a movement: what it was, why it moved credit, and how much. Related movements (the usage of a reversal,
 * the reversal of usage) open in the same drawer, with a way back.
 */
import { useEffect, useRef } from 'react'
import { Dialog } from '../components/lazy-dialog.tsx'
import { ErrorPart, LoadingBlocks } from '../components/states.tsx'
import type { Movement, ReadMovement } from '../credit/data.ts'
import { movementName } from '../credit/movement-words.ts'
import { MoreWords, useWords, type Words } from '../texts/words.tsx'
import { MovementDetails } from './movement-details.tsx'
import { useTrail } from './trail.ts'
import './movement.css'

export interface MovementDrawerProps {
  /** The opened row; null if none was opened yet. */
  readonly movement: Movement | null
  readonly read: ReadMovement
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
}

export default function MovementDrawer({ movement, ...props }: MovementDrawerProps) {
  return <MoreWords area="movement">{movement === null ? null : <Drawer movement={movement} {...props} />}</MoreWords>
}

const BLOCKS = ['balance', 'short', 'line', 'line', 'row', 'row', 'row', 'row'] as const

function Drawer({ movement, read, isOpen, onClose, isSandbox }: MovementDrawerProps & { movement: Movement }) {
  const words = useWords()
  const { t } = words
  const { sequence, explained, before, onGo, onBack } = useTrail(movement.sequence, isOpen, read)
  const content = useRef<HTMLElement>(null)
  /**
   * Where the focus goes when the next movement is loaded: on going back, to the link that was followed; else to the
   * start.
   */
  const focusOn = useRef<number | 'beginning' | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when another movement is shown
  useEffect(() => {
    if (focusOn.current === null) return
    const link = content.current?.querySelector<HTMLElement>(`[data-leads-to="${focusOn.current}"]`)
    const target = link ?? content.current
    focusOn.current = null
    target?.focus()
  }, [sequence, explained.status])

  const known = explained.status === 'ready' ? explained.data : sequence === movement.sequence ? movement : null
  const title = known === null ? t('movement.details') : titleOf(known, words)
  return (
    <Dialog kind="drawer" title={title} isOpen={isOpen} onClose={onClose} isSandbox={isSandbox}>
      {/* Takes the focus when another movement is shown, so that its name is read. */}
      <section ref={content} className="movement" tabIndex={-1} aria-label={title}>
        {before === null ? null : (
          <button
            type="button"
            className="link-button movement-back"
            onClick={() => {
              focusOn.current = sequence
              onBack()
            }}
          >
            {t('movement.back', { kind: movementName(before, words) })}
          </button>
        )}
        {explained.status === 'loading' ? <LoadingBlocks sizes={BLOCKS} /> : null}
        {explained.status === 'error' ? (
          <ErrorPart
            part={t('movement.details')}
            onRetry={() => {
              // The pressed button disappears at once.
              content.current?.focus()
              explained.onRetry()
            }}
          />
        ) : null}
        {explained.status === 'ready' ? (
          <MovementDetails
            movement={explained.data}
            onGo={(next) => {
              focusOn.current = 'beginning'
              onGo(next)
            }}
          />
        ) : null}
      </section>
    </Dialog>
  )
}

function titleOf(movement: Movement, words: Words): string {
  const { t } = words
  switch (movement.kind) {
    case 'top_up':
      return t('movement.titleTopUp')
    case 'reversal':
      return t('movement.titleReversal')
    default:
      return t('movement.title', { kind: movementName(movement, words) })
  }
}
