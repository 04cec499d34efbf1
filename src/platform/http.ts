/** The port for operators: metrics, whether the process lives, whether it is ready for work. */
import { fastify } from 'fastify'
import type { Metrics } from './metrics.ts'

/** Why the process is not live, not ready, or not whole. */
export interface Problem {
  readonly reason: string
  readonly detail?: string
}

export interface HttpOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly metrics: Pick<Metrics, 'registry'>
  readonly isLive: () => Problem | null
  /** What is wrong that a restart does not mend: named by `/healthz`, which still answers 200. */
  readonly degraded: () => readonly Problem[]
  readonly isReady: () => Problem | null
}

export interface HttpServer {
  readonly port: number
  close(): Promise<void>
}

export async function startHttp({ port, metrics, isLive, degraded, isReady }: HttpOptions): Promise<HttpServer> {
  const server = fastify({ logger: false, forceCloseConnections: true })
  server.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType)
    return await metrics.registry.metrics()
  })
  for (const [path, check] of [
    ['/healthz', isLive],
    ['/readyz', isReady],
  ] as const) {
    server.get(path, async (_request, reply) => {
      const problem = check()
      if (problem !== null) {
        reply.code(503)
        return { status: 'unavailable', ...problem }
      }
      const problems = path === '/healthz' ? degraded() : []
      return problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems }
    })
  }
  // Probes and scrapers come from other machines.
  await server.listen({ port, host: '0.0.0.0' })
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => server.close(),
  }
}
