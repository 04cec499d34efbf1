/** The thread of `record-relay.ts`: what runs on it. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { createKafka } from '../platform/kafka/client.ts'
import { createLog } from '../platform/log.ts'
import { createPool } from '../platform/postgres.ts'
import type { Asked, RelayConfig, Told } from './record-relay.ts'
import { startRelay } from './relay.ts'

const NICE = 10
const TELL_TURN_MILLIS = 1000

// Of this thread alone on Linux; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(NICE)

const port = parentPort!
const config = workerData as RelayConfig
const tell = (told: Told) => port.postMessage(told)
const log = createLog(config.log.level)
const pool = createPool(config.database.url, log, config.relay.connections)
const relay = startRelay({
  kafka: createKafka(config.kafka, log),
  pool,
  instanceId: config.process.instanceId,
  log,
  lanes: ['record'],
  report: {
    published: (...args) => tell({ report: 'published', args }),
    waiting: (...args) => tell({ report: 'waiting', args }),
    interrupted: () => tell({ report: 'interrupted', args: [] }),
  },
})
const telling = setInterval(() => tell({ lastTurnAt: relay.lastTurnAt() }), TELL_TURN_MILLIS)

port.on('message', async (asked: Asked) => {
  if (asked === 'wake') {
    relay.wake()
    return
  }
  await relay.stop()
  clearInterval(telling)
  await pool.end()
  port.close()
})
