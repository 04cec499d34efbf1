/** A part that loads, failed, or has nothing in it. */
import type { ReactNode } from 'react'
import { useWords } from '../texts/words.tsx'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'
import './states.css'

/** Blocks of the size of what comes, each a class of its own size; seen only if it takes longer than a moment. */
export function LoadingBlocks({
  sizes,
}: {
  sizes: readonly ('line' | 'short' | 'balance' | 'button' | 'row' | 'chart' | 'bar')[]
}) {
  const { t } = useWords()
  return (
    <div className="loading-blocks" role="status" aria-label={t('page.loading')}>
      {sizes.map((size, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <span key={at} className={`loading-block loading-${size}`} />
      ))}
    </div>
  )
}

/** One sentence, and what may be done about it. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty-state">
      <p className="muted">{children}</p>
      {action}
    </div>
  )
}

/** This part alone could not be had; the others stand. */
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
