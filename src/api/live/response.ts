/**
 * Writes a stream's response directly. The usual plugin (`@fastify/sse`) waits without limit for a slow reader, queues
 * what is sent meanwhile, keeps a timer per stream, and does not end when the server stops.
 */
import type { FastifyReply } from 'fastify'
import type { Sink } from './stream.ts'

/** How long the last event of a stream may take to be sent. */
const CLOSE_TIMEOUT_MS = 1_000

/** Starts the response; the request can no longer be refused. `onClosed` is called once the connection has closed. */
export function streamResponse(reply: FastifyReply, onClosed: () => void): Sink {
  reply.hijack()
  const { raw } = reply
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value)
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    // For nginx: pass on each write at once.
    'x-accel-buffering': 'no',
    // The connection closes with the stream, so that no idle connection delays a stop.
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
      // A slow reader must not keep an ended stream open.
      setTimeout(() => raw.destroy(), CLOSE_TIMEOUT_MS).unref()
    },
    destroy() {
      raw.destroy()
    },
  }
}
