/** What is shown if a bug ends the page: React itself would leave it empty. */
import { Component, type ReactNode } from 'react'
import { Message } from './message.tsx'
import { WordsProvider } from './texts/words.tsx'

interface Props {
  readonly children: ReactNode
}

/** React has no hook for it. Trying again loads the page anew; payments in progress are kept in the tab (`pay/kept.ts`). */
export class WhenBroken extends Component<Props, { readonly error: Error | null }> {
  override state = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <WordsProvider options={{ locale: navigator.language }}>
        <Message error={error} onRetry={() => location.reload()} />
      </WordsProvider>
    )
  }
}
