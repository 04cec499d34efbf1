/** The thread that `record-relay.ts` starts. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { createKafka } from '../platform/kafka/client.ts'
import { createLog } from '../platform/log.ts'
import { createPool } from '../platform/postgres.ts'
import type { FromThread, RelayConfig, ToThread } from './record-relay.ts'
import { startRelay } from './relay.ts'

const NICE = 10
const REPORT_TURN_MS = 1000

// Linux sets the priority of this thread only. Elsewhere it would affect the whole process.
if (process.platform === 'linux') setPriority(NICE)

const port = parentPort!
const config = workerData as RelayConfig
const send = (message: FromThread) => port.postMessage(message)
const log = createLog(config.log.level)
const pool = createPool(config.database.url, log, config.relay.connections)
const relay = startRelay({
  kafka: createKafka(config.kafka, log),
  pool,
  instanceId: config.process.instanceId,
  log,
  lanes: ['record'],
  report: {
    published: (...args) => send({ report: 'published', args }),
    waiting: (...args) => send({ report: 'waiting', args }),
    interrupted: () => send({ report: 'interrupted', args: [] }),
  },
})
const reporting = setInterval(() => send({ lastTurnAt: relay.lastTurnAt() }), REPORT_TURN_MS)

port.on('message', async (message: ToThread) => {
  if (message === 'wake') {
    relay.wake()
    return
  }
  await relay.stop()
  clearInterval(reporting)
  await pool.end()
  port.close()
})
