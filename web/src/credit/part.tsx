/** A part of the page: placeholders, its own error, or its content. */
import type { ReactNode } from 'react'
import { ErrorPart, LoadingBlocks } from '../components/states.tsx'
import type { Loaded } from './data.ts'

export interface PartProps<Data> {
  readonly name: string
  readonly loaded: Loaded<Data>
  readonly blocks: Parameters<typeof LoadingBlocks>[0]['sizes']
  readonly children: (data: Data) => ReactNode
}

export function Part<Data>({ name, loaded, blocks, children }: PartProps<Data>) {
  switch (loaded.status) {
    case 'loading':
      return <LoadingBlocks sizes={blocks} />
    case 'error':
      return <ErrorPart part={name} onRetry={loaded.onRetry} />
    case 'ready':
      return children(loaded.data)
  }
}
