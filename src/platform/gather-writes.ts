/** What is written to a socket in one go leaves it in one call of the system: each costs as much as hundreds of rows. */
import type { Writable } from 'node:stream'

const gathering = new WeakSet<Writable>()
/** So much is worth a call, and whoever reads it may begin. */
const ENOUGH_BYTES = 32_768

/** To be called before a write: until the running code has come to its end, or enough is there, writes are gathered. */
export function gatherWrites(stream: Writable): void {
  if (gathering.has(stream)) {
    if (stream.writableLength < ENOUGH_BYTES) return
    stream.uncork()
    stream.cork()
    return
  }
  gathering.add(stream)
  stream.cork()
  process.nextTick(() => {
    gathering.delete(stream)
    stream.uncork()
  })
}
