/** The components that this worker's tests run on (see global-stack.ts). */
import { inject } from 'vitest'
import { COMPONENT_NAMES, type ComponentName } from '../../stack/stack.ts'

/** What `tollgate` needs to find these components. Starts those that are not running yet. */
export async function componentEnvironment(
  names: readonly ComponentName[] = COMPONENT_NAMES,
): Promise<Record<string, string>> {
  const parts = await Promise.all(
    names.map(async (name) => {
      const response = await fetch(`${inject('componentsUrl')}/${process.env.VITEST_POOL_ID}/${name}`)
      if (!response.ok) throw new Error(`${name} did not start: ${await response.text()}`)
      return (await response.json()) as Record<string, string>
    }),
  )
  return Object.assign({}, ...parts)
}
