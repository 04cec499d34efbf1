/** A proxy between the program and a server that forwards everything until the server is to be down. */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { freePort } from '../../stack/ports.ts'

export interface OutageProxy {
  /** The server's URL through the proxy. */
  readonly url: string
  /** Closes every connection and accepts no other, like a stopped server. */
  takeDown(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

export async function startOutageProxy(serverUrl: string): Promise<OutageProxy> {
  const { hostname, port: serverPort } = new URL(serverUrl)
  // Not one that the kernel chooses: while the server is down, it could give the same to another program.
  const port = await freePort()
  const sockets = new Set<Socket>()
  let server: Server | null = null

  async function listen(): Promise<void> {
    server = createServer((client) => {
      const upstream = connect({ host: hostname, port: Number(serverPort) })
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(from)
        from.on('error', () => {})
        from.on('data', (bytes) => to.write(bytes))
        from.on('close', () => {
          sockets.delete(from)
          to.destroy()
        })
      }
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }

  async function takeDown(): Promise<void> {
    if (server === null) return
    const closed = once(server, 'close')
    server.close()
    server = null
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await listen()
  const proxied = new URL(serverUrl)
  proxied.host = `127.0.0.1:${port}`
  return {
    url: proxied.href,
    takeDown,
    comeBack: listen,
    close: takeDown,
  }
}
