/** Where a tab keeps what must survive a reload. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const memory = new Map<string, string>()

/** The tab's storage. If the browser denies it, as it may in a frame, what is kept lasts until the page is left. */
export function tabStore(): Store {
  try {
    return sessionStorage
  } catch {
    return {
      getItem: (place) => memory.get(place) ?? null,
      setItem: (place, text) => memory.set(place, text),
      removeItem: (place) => memory.delete(place),
    }
  }
}
