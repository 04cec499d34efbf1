/** Whatever opens: loaded when it is opened for the first time, and kept from then on so that it can fade away. */
import { type ComponentType, Suspense, useEffect, useState } from 'react'
import type { Area } from '../texts/ids.ts'
import { loadTexts } from '../texts/texts.ts'

export interface Openable {
  readonly isOpen: boolean
}

/**
 * `areas`: of the texts that it speaks from. Nothing of it suspends, as React would show what has suspended 300 ms later at the
 * earliest.
 */
export function loadedWhenOpened<Props extends Openable & object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  areas: readonly Area[] = [],
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null
  async function loadAll(): Promise<ComponentType<Props>> {
    const [component] = await Promise.all([
      load(),
      ...areas.map((area) => loadTexts(document.documentElement.lang, area)),
    ])
    loaded = component.default
    return loaded
  }
  return function WhenOpened(props: Props) {
    const [Loaded, setLoaded] = useState(() => loaded)
    useEffect(() => {
      // As after a new build of the page: another press tries again, a reload brings it.
      if (props.isOpen && Loaded === null) loadAll().then((component) => setLoaded(() => component), console.error)
    }, [props.isOpen, Loaded])
    if (Loaded === null) return null
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    )
  }
}
