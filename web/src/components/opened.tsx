/** Components that open: loaded when first opened, then kept so that they can fade out. */
import { type ComponentType, Suspense, useEffect, useState } from 'react'
import type { Area } from '../texts/ids.ts'
import { loadTexts } from '../texts/texts.ts'
import { untilLoaded } from '../until-loaded.ts'

export interface Openable {
  readonly isOpen: boolean
}

/**
 * A component whose code and texts load on first opening; `areas` are its areas of texts. It never suspends, because
 * React shows suspended content at the earliest after 300 ms.
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
