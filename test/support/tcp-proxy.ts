/** A proxy between a program and a server: forwards everything, or is down, like a stopped server. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  /** The server's URL through the proxy. */
  readonly url: string
  /** From now on every connection is closed, including new ones. */
  takeDown(): void
  comeBack(): void
  close(): Promise<void>
}

export async function startTcpProxy(serverUrl: string): Promise<TcpProxy> {
  const url = new URL(serverUrl)
  const [host, port] = [url.hostname, Number(url.port)]
  const sockets = new Set<Socket>()
  let isAway = false
  const server = createServer((client) => {
    if (isAway) return void client.destroy()
    const upstream = connect({ host, port })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.pipe(upstream).pipe(client)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url.host = `127.0.0.1:${(server.address() as { port: number }).port}`
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    takeDown() {
      isAway = true
      cut()
    },
    comeBack() {
      isAway = false
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
