/** States of a part: loading, failed, empty. */
import type { ReactNode } from 'react'
import { useWords } from '../texts/words.tsx'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import './states.css'

/** Placeholder blocks, each with a class for its size; they appear only after a moment. */
export function LoadingBlocks({
  sizes,
}: {
  sizes: readonly ('line' | 'short' | 'balance' | 'button' | 'row' | 'chart' | 'bar')[]
}) {
  const { t } = useWords()
  return (
    <div className="loading-blocks" role="status" aria-label={t('page.loading')}>
      {sizes.map((size, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks are interchangeable
        <span key={at} className={`loading-block loading-${size}`} />
      ))}
    </div>
  )
}

/** One sentence, and an action if there is one. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty-state">
      <p className="muted">{children}</p>
      {action}
    </div>
  )
}

/** This part failed to load; others are not affected. */
export function ErrorPart({ part, onRetry }: { part: string; onRetry: () => void }) {
  const { t } = useWords()
  return (
    <div className="error-part">
      <p>
        <Icon name="warning" />
        <span>{t('part.notLoaded', { part })}</span>
      </p>
      <Button onClick={onRetry} label={`${t('action.tryAgain')}: ${part}`}>
        {t('action.tryAgain')}
      </Button>
    </div>
  )
}
