/** The code that runs on the thread of `export-thread.ts`. */
import { setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import { consequenceOf } from '../../platform/faults.ts'
import { createLog } from '../../platform/log.ts'
import { createPool } from '../../platform/postgres.ts'
import { byKey } from '../by-key.ts'
import type { Answered, Asked, ExportThreadConfig } from './export-thread.ts'
import { makePart, type WantedPart } from './make-part.ts'
import { writeExportFile } from './write-export-file.ts'

const NICE = 10

// On Linux this applies to the thread; elsewhere it would apply to the whole process.
if (process.platform === 'linux') setPriority(NICE)

const port = parentPort!
const { databaseUrl, logLevel } = workerData as ExportThreadConfig
const pool = createPool(databaseUrl, createLog(logLevel), 1)

port.on('message', async (asked: Asked) => {
  if (asked !== 'end') {
    port.postMessage(await answerOf('part' in asked ? makeOne(asked.part) : writeExportFile(pool, asked.file)))
    return
  }
  await pool.end()
  port.close()
})

/** Movements never change, so this may be another transaction than the one that stores the part. */
function makeOne(wanted: WantedPart) {
  return byKey(pool, (connection) => makePart(connection, wanted))
}

async function answerOf(work: Promise<unknown>): Promise<Answered> {
  try {
    return { made: await work }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { failed: { code: consequenceOf(error).code, message } }
  }
}
