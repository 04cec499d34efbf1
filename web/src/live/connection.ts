/** The state of the connection to the server, set wherever it is noticed. An ended session stays ended. */
import { useSyncExternalStore } from 'react'

export type Connection = 'live' | 'lost' | 'ended'

let connection: Connection = 'live'
const listeners = new Set<() => void>()

export function setConnection(next: Connection): void {
  if (connection === 'ended') return
  connection = next
  for (const listener of listeners) listener()
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => connection)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
