/** Deletes packs after their turns were acknowledged. */
import type { PackPlace } from './packs.ts'

const DELETE_AFTER_MS = 100

export interface Remover {
  /**
   * Resolves when the packs are deleted and the view's gaps are noted. Rejects if this or an earlier deletion failed.
   */
  remove(places: readonly PackPlace[], unseenShards: readonly number[]): Promise<void>
  /** Deletes the waiting packs now. */
  flush(): void
}

/**
 * Creates a remover. It delays deletions a little and combines them, because each is a transaction. After a failure it
 * deletes nothing more.
 */
export function createRemover(
  removeNow: (places: readonly PackPlace[], unseenShards: readonly number[]) => Promise<void>,
): Remover {
  let waiting: { readonly places: PackPlace[]; readonly unseen: Set<number>; readonly done: PromiseWithResolvers<void> }
  let timer: NodeJS.Timeout | null = null
  let removing: Promise<void> = Promise.resolve()
  reset()

  function reset(): void {
    waiting = { places: [], unseen: new Set(), done: Promise.withResolvers() }
  }

  function flush(): void {
    if (timer === null) return
    clearTimeout(timer)
    timer = null
    const { places, unseen, done } = waiting
    reset()
    removing = removing.then(() => removeNow(places, [...unseen]))
    removing.then(done.resolve, done.reject)
  }

  return {
    flush,
    remove(places, unseenShards) {
      waiting.places.push(...places)
      for (const shard of unseenShards) waiting.unseen.add(shard)
      timer ??= setTimeout(flush, DELETE_AFTER_MS)
      return waiting.done.promise
    },
  }
}
