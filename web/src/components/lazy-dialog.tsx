/** The dialog, loaded once one is opened, and kept then so that it can fade away. */
import { lazy, Suspense, useState } from 'react'
import type { DialogProps } from './dialog.tsx'

const LoadedDialog = lazy(() => import('./dialog.tsx'))

export function Dialog(props: DialogProps) {
  const [wasOpened, setWasOpened] = useState(props.isOpen)
  if (props.isOpen && !wasOpened) setWasOpened(true)
  if (!wasOpened) return null
  return (
    <Suspense fallback={null}>
      <LoadedDialog {...props} />
    </Suspense>
  )
}
