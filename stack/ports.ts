/**
 * Finds free ports below the range that the kernel uses for outgoing connections. While a component is down, a client could take
 * a port of that range, and the component could not restart on it.
 */
import { createServer } from 'node:net'

const FIRST_PORT = 20_000
const PORT_COUNT = 12_000
const ATTEMPTS = 200

const takenPorts = new Set<number>()

export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORT_COUNT)
    if (takenPorts.has(port) || !(await canListen(port))) continue
    takenPorts.add(port)
    return port
  }
  throw new Error(`no free port between ${FIRST_PORT} and ${FIRST_PORT + PORT_COUNT - 1} after ${ATTEMPTS} attempts`)
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
