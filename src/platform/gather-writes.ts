/** What is written to a socket in one go leaves it in one call of the system: each costs as much as hundreds of rows. */
import type { Writable } from 'node:stream'

const gathering = new WeakSet<Writable>()

/** To be called before a write: from then until the running code has come to its end, writes are gathered. */
export function gatherWrites(stream: Writable): void {
  if (gathering.has(stream)) return
  gathering.add(stream)
  stream.cork()
  process.nextTick(() => {
    gathering.delete(stream)
    stream.uncork()
  })
}
