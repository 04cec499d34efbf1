/** Combines writes to a socket into few system calls: one call costs as much as hundreds of rows. */
import type { Writable } from 'node:stream'

const gathering = new WeakSet<Writable>()
/** Enough to be worth a system call, so that the reader can start. */
const ENOUGH_BYTES = 32_768

/** Call it before a write: writes are held back until the current task ends or enough have been gathered. */
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
