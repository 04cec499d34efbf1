/** Whatever opens: loaded when it is opened for the first time, and kept from then on so that it can fade away. */
import { type ComponentType, Suspense, useEffect, useState } from 'react'
import type { Area } from '../texts/ids.ts'
import { loadTexts } from '../texts/texts.ts'
import { untilLoaded } from '../until-loaded.ts'

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
  let loading: Promise<void> | null = null
  async function loadAll(): Promise<void> {
    const texts = areas.map((area) => loadTexts(document.documentElement.lang, area))
    const [component] = await Promise.all([load(), ...texts])
    loaded = component.default
  }
  return function WhenOpened(props: Props) {
    const [Loaded, setLoaded] = useState(() => loaded)
    useEffect(() => {
      if (!props.isOpen || Loaded !== null) return
      loading ??= untilLoaded(loadAll)
      void loading.then(() => setLoaded(() => loaded))
    }, [props.isOpen, Loaded])
    if (Loaded === null) return null
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    )
  }
}
