/**
 * The stream of an account, typed. A browser that has the session's cookie may as well use `EventSource`, which reconnects by
 * itself; this is for whoever has a token, which that cannot send.
 */
import type { components } from './types.ts'

/** What the document names as events, and those that a later version of the API may add. */
export type LiveEvent = components['schemas']['LiveEvent']

export interface LiveOptions {
  readonly baseUrl: string
  readonly accountId: string
  readonly token?: string
  /** The `id` of the last event that was received, to get only what is newer. */
  readonly lastEventId?: string | undefined
  readonly signal?: AbortSignal
  readonly fetch?: typeof fetch
  /** After how long to connect again when the stream ends. */
  readonly onRetry?: (ms: number) => void
  /** Something came, if only the comment by which the server says that it is there. */
  readonly onHeard?: () => void
}

/** The answer was no stream: a problem document, with its status. */
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
 * Events, until the stream ends. Throws `LiveRefused`, and whatever `fetch` throws when a connection is lost or aborted: then
 * connect again with the `id` of the last event.
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

/** A field a line; what begins with a colon is a comment. */
function fieldsOf(block: string): Fields {
  const fields: Record<string, string> = {}
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    fields[line.slice(0, colon)] = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
  }
  return fields
}
