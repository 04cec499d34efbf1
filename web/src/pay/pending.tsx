/** A dialog whose data is loading, or could not be loaded. */
import Dialog from '../components/dialog.tsx'
import { ErrorPart, LoadingBlocks } from '../components/states.tsx'

export interface PendingProps {
  /** The name of what is loaded, which is also the title. */
  readonly part: string
  readonly query: { readonly error: Error | null; readonly refetch: () => unknown }
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
}

export function Pending({ part, query, isOpen, onClose, isSandbox }: PendingProps) {
  return (
    <Dialog title={part} isOpen={isOpen} onClose={onClose} isSandbox={isSandbox}>
      {query.error === null ? (
        <LoadingBlocks sizes={['row', 'row', 'row']} />
      ) : (
        <ErrorPart part={part} onRetry={() => void query.refetch()} />
      )}
    </Dialog>
  )
}
