/**
 * A proxy between the program and Postgres that forwards everything except the answer to COMMIT. The database has committed
 * then, and the program does not know it.
 */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface CommitProxy {
  /** The database's URL through the proxy. */
  readonly url: string
  /** Resolves when the database has answered COMMIT. */
  readonly committed: Promise<void>
  /** Closes every connection, like a network failure. */
  cut(): void
  close(): Promise<void>
}

export async function startCommitProxy(databaseUrl: string): Promise<CommitProxy> {
  const url = new URL(databaseUrl)
  const committed = Promise.withResolvers<void>()
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect({ host: url.hostname, port: Number(url.port) })
    let isMigration: boolean | null = null
    let isWithheld = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.on('data', (bytes) => {
      // The first bytes contain the application name.
      isMigration ??= bytes.includes('tollgate-migrate')
      if (!isMigration && bytes.includes('commit\0')) isWithheld = true
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => {
      if (!isWithheld) client.write(bytes)
      else if (bytes.includes('COMMIT\0')) committed.resolve()
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = (server.address() as { port: number }).port
  const proxied = new URL(databaseUrl)
  proxied.host = `127.0.0.1:${port}`
  const cut = () => sockets.forEach((socket) => void socket.destroy())
  return {
    url: proxied.href,
    committed: committed.promise,
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
