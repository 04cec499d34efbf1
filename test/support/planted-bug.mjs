/**
 * Preloaded into a rater (`node --import`): its rating throws a TypeError for the event whose id is in `PLANTED_BUG`, as a
 * release with a bug would. The product itself has no code for this.
 */
import { registerHooks } from 'node:module'

const RATE = /\/src\/core\/rating\/rate\.ts$/
const HEAD = /export function rate\([^{]*\{\n/

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!RATE.test(url)) return loaded
    const source = String(loaded.source)
    if (!HEAD.test(source)) throw new Error('rate.ts has no function to plant a bug in')
    const bug = `if (event.eventId === ${JSON.stringify(process.env.PLANTED_BUG)}) (undefined as any).price\n`
    return { ...loaded, source: source.replace(HEAD, (head) => head + bug) }
  },
})
