/**
 * Finds free ports below the range that the kernel uses for outgoing connections. While a component is down, a client could take
 * a port of that range, and the component could not restart on it.
 *
 * A port is free until its program listens, seconds later. So that two workers of a run of vitest never choose the same one
 * meanwhile, each has a slice of its own. Runs beside each other begin with different slices, as far as chance allows.
 */
import { createServer } from 'node:net'

const FIRST_PORT = 20_000
const SLICES = 8
const PORTS_PER_SLICE = 1_500
const ATTEMPTS = 200

const takenPorts = new Set<number>()

export async function freePort(): Promise<number> {
  const first = FIRST_PORT + ownSlice() * PORTS_PER_SLICE
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = first + Math.floor(Math.random() * PORTS_PER_SLICE)
    if (takenPorts.has(port) || !(await canListen(port))) continue
    takenPorts.add(port)
    return port
  }
  throw new Error(`no free port between ${first} and ${first + PORTS_PER_SLICE - 1} after ${ATTEMPTS} attempts`)
}

function ownSlice(): number {
  const { VITEST_POOL_ID: worker } = process.env
  // Workers are processes started by that of the run.
  return (worker === undefined ? process.pid : process.ppid + Number(worker)) % SLICES
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
