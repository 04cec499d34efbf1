/**
 * A thread that makes exports. A part takes half a second of work, which must not block the event loop of a process
 * that may also be rating; where threads have priorities, this one's is low. Its heap is small, because nearly
 * everything it allocates is garbage at once. The thread exists only while there is work.
 */
import { Worker } from 'node:worker_threads'
import { Fault, type FaultCode } from '../../platform/faults.ts'
import type { MadePart, WantedPart } from './make-part.ts'
import type { FileWanted, NoFile, WrittenExport } from './write-export-file.ts'

export interface ExportThreadConfig {
  readonly databaseUrl: string
  readonly logLevel: string
}

export type Asked = { readonly part: WantedPart } | { readonly file: FileWanted } | 'end'

/** An error object cannot be posted to another thread as it is. */
export type Answered<T = unknown> =
  | { readonly made: T }
  | { readonly failed: { readonly code: FaultCode; readonly message: string } }

/** Does one thing at a time. Failures reject with a `Fault` of their code. */
export interface ExportThread {
  makePart(wanted: WantedPart): Promise<MadePart>
  /** See `writeExportFile`. */
  writeFile(wanted: FileWanted): Promise<WrittenExport | NoFile>
  /** Ends the thread, which must be idle; the next request starts another. */
  rest(): Promise<void>
}

const HEAP_MB = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 }

/** Creates the handle; the thread starts with the first request. */
export function createExportThread(config: ExportThreadConfig): ExportThread {
  let worker: Worker | null = null

  const ask = <T>(asked: Asked): Promise<T> => {
    worker ??= start()
    return answerOf<T>(worker, asked)
  }
  return {
    makePart: (part) => ask<MadePart>({ part }),
    writeFile: (file) => ask<WrittenExport | NoFile>({ file }),
    async rest() {
      const resting = worker
      if (resting === null) return
      const ended = new Promise((resolve) => resting.once('exit', resolve))
      resting.postMessage('end' satisfies Asked)
      await ended
    },
  }

  function start(): Worker {
    const started = new Worker(new URL('./export-thread-main.ts', import.meta.url), {
      workerData: config,
      resourceLimits: HEAP_MB,
    })
    started.once('exit', () => {
      worker = null
    })
    // A pending request rejects; without one, the error event would end the process.
    started.on('error', () => {})
    return started
  }
}

function answerOf<T>(worker: Worker, asked: Asked): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      worker.off('message', answered).off('error', failed).off('exit', ended)
      then()
    }
    const answered = (answer: Answered<T>) =>
      settle(() =>
        'made' in answer ? resolve(answer.made) : reject(new Fault(answer.failed.code, answer.failed.message)),
      )
    const failed = (error: unknown) => settle(() => reject(error))
    const ended = () => settle(() => reject(new Error('the export thread ended unexpectedly')))
    worker.on('message', answered).on('error', failed).on('exit', ended)
    worker.postMessage(asked)
  })
}
