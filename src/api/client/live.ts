/**
 * A typed reader of an account's live stream. A browser with a session cookie could use `EventSource`, which reconnects
 * by itself but cannot send a token.
 */
import type { components } from './types.ts'

/** Events of the OpenAPI document; later versions of the API may send others. */
export type LiveEvent = components['schemas']['LiveEvent']

export interface LiveOptions {
  readonly baseUrl: string
  readonly accountId: string
  readonly token?: string
  /** The `id` of the last event received, to get only what is newer. */
  readonly lastEventId?: string | undefined
  readonly signal?: AbortSignal
  readonly fetch?: typeof fetch
  /** The server says how long to wait before reconnecting. */
  readonly onRetry?: (ms: number) => void
  /** Called for everything received, heartbeats included. */
  readonly onHeard?: () => void
}

/** The server refused the stream: a status and a problem document. */
export class LiveRefused extends Error {
  override readonly name = 'LiveRefused'
  readonly status: number
  readonly problem: unknown

  constructor(status: number, problem: unknown) {
    super(`the stream was refused with ${status}`)
    this.status = status
    this.problem = problem
  }
}

/**
 * Yields events until the stream ends. Throws `LiveRefused`, or what `fetch` throws when the connection is lost or
 * aborted; then reconnect with the `id` of the last event.
 */
export async function* followAccount(options: LiveOptions): AsyncGenerator<LiveEvent> {
  const { baseUrl, accountId, token, lastEventId, signal, onRetry, onHeard } = options
  const response = await (options.fetch ?? fetch)(`${baseUrl}/v1/accounts/${encodeURIComponent(accountId)}/live`, {
    headers: {
      accept: 'text/event-stream',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    cache: 'no-store',
    ...(signal === undefined ? {} : { signal }),
  })
  if (!response.ok || response.body === null) {
    throw new LiveRefused(response.status, await response.json().catch(() => null))
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      onHeard?.()
      text += value
      for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
        const { event, id, data, retry } = fieldsOf(text.slice(0, end))
        text = text.slice(end + 2)
        if (retry !== undefined) onRetry?.(Number(retry))
        if (event !== undefined && data !== undefined) yield { event, id, data: JSON.parse(data) } as LiveEvent
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

type Fields = Partial<Record<'event' | 'id' | 'data' | 'retry', string>>

/** One field a line; a line that starts with a colon is a comment. */
function fieldsOf(block: string): Fields {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    fields[line.slice(0, colon)] = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
  }
  return fields
}
