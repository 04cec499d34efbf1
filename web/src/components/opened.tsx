/** Whatever opens: loaded when it is opened for the first time, and kept from then on so that it can fade away. */
import { type ComponentType, lazy, Suspense, useState } from 'react'

export interface Openable {
  readonly isOpen: boolean
}

export function loadedWhenOpened<Props extends Openable & object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  const Loaded = lazy(load) as unknown as ComponentType<Props>
  return function WhenOpened(props: Props) {
    const [wasOpened, setWasOpened] = useState(props.isOpen)
    if (props.isOpen && !wasOpened) setWasOpened(true)
    if (!wasOpened) return null
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    )
  }
}
