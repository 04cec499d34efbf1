/**
 * A stream's response, written to by itself. The usual plugin (`@fastify/sse`) waits for a reader who is slow for ever,
 * queues what is sent meanwhile, keeps a timer a stream, and does not end when the server stops.
 */
import type { FastifyReply } from 'fastify'
import type { Sink } from './stream.ts'

/** How long the last of a stream may take to leave the process. */
const ENDS_WITHIN_MS = 1_000

/** Begins the answer: from here on nothing can be refused any more. `onClosed` is called once its connection is gone. */
export function streamResponse(reply: FastifyReply, onClosed: () => void): Sink {
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // Said to nginx: what is written is to be passed on at once.
    'x-accel-buffering': 'no',
    // Ends with the stream, so that no idle connection holds up a stop.
    connection: 'close',
  })
  raw.socket?.setNoDelay(true)
  raw.on('error', () => {})
  raw.on('close', onClosed)
  return {
    write(text, written) {
      raw.write(text, written)
    },
    end(text) {
      raw.end(text)
      // A reader who is slow does not hold up what is over.
      setTimeout(() => raw.destroy(), ENDS_WITHIN_MS).unref()
    },
    destroy() {
      raw.destroy()
    },
  }
}
