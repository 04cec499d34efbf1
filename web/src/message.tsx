/** Shown instead of the page: there is no session, or the page cannot be loaded now. */
import { Refused } from './api/account.ts'
import { ErrorPart } from './components/states.tsx'
import { useWords } from './texts/words.tsx'

export function Message({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const { t } = useWords()
  const isOver = error instanceof Refused && (error.status === 401 || error.status === 404)
  const isRefused = error instanceof Refused && error.status === 403
  return (
    <main className="page">
      <h1>{t('page.billing')}</h1>
      {isOver ? <p>{t('page.sessionOver')}</p> : null}
      {isRefused ? <p>{t('page.noAccess')}</p> : null}
      {isOver || isRefused ? null : <ErrorPart part={t('page.billing')} onRetry={onRetry} />}
    </main>
  )
}
