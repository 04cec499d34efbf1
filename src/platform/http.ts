/** The HTTP port for operators: metrics, health and readiness. */
import { type FastifyInstance, fastify } from 'fastify'
import type { Registry } from './metrics.ts'

/** What is wrong, for an operator. */
export interface Problem {
  readonly reason: string
  readonly detail?: string
}

export interface HttpOptions {
  /** 0 picks any free port. */
  readonly port: number
  readonly registry: Registry
  /** What only a restart of the process mends: `/healthz` then answers 503. */
  readonly health: () => Problem | null
  /** What is wrong but not mended by a restart: `/healthz` names it and still answers 200. */
  readonly degraded: () => readonly Problem[]
  /** Why the process cannot work yet: `/readyz` then answers 503. */
  readonly readiness: () => Problem | null
}

export interface HttpServer {
  readonly port: number
  close(): Promise<void>
}

/**
 * Listens on all interfaces. If the port is taken or forbidden, throws an error that names `variable` as what to
 * change.
 */
export async function listenOn(server: FastifyInstance, port: number, variable: string): Promise<void> {
  try {
    // Probes, scrapers and callers connect from other machines.
    await server.listen({ port, host: '0.0.0.0' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error
    const why = code === 'EADDRINUSE' ? 'another program listens there' : 'this user may not listen there'
    throw new Error(`cannot listen on port ${port}, ${why}: set ${variable} to another port (${code})`, {
      cause: error,
    })
  }
}

/** Starts the server on its port. */
export async function startHttp({ port, registry, health, degraded, readiness }: HttpOptions): Promise<HttpServer> {
  const server = fastify({ logger: false, forceCloseConnections: true })
  server.get('/metrics', async (_request, reply) => {
    reply.type(registry.contentType)
    return await registry.metrics()
  })
  server.get('/healthz', async (_request, reply) => {
    const problem = health()
    if (problem !== null) return await reply.code(503).send({ status: 'unavailable', ...problem })
    const problems = degraded()
    return problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems }
  })
  server.get('/readyz', async (_request, reply) => {
    const problem = readiness()
    if (problem !== null) return await reply.code(503).send({ status: 'unavailable', ...problem })
    return { status: 'ok' }
  })
  await listenOn(server, port, 'TOLLGATE_HTTP_PORT')
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () => server.close(),
  }
}
