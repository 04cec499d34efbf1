/** Deletes packs behind the turns that have sent them. */
import type { PackPlace } from './packs.ts'

const DELETE_AFTER_MILLIS = 100

export interface Remover {
  /** Resolves once they are deleted, and what the view missed is noted; rejects where this, or a removal before it, failed. */
  remove(places: readonly PackPlace[], unseenShards: readonly number[]): Promise<void>
  /** Deletes what waits now. */
  flush(): void
}

/** Deletes what is sent, a little later and together, for each removal is a transaction; none behind one that failed. */
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
      timer ??= setTimeout(flush, DELETE_AFTER_MILLIS)
      return waiting.done.promise
    },
  }
}
