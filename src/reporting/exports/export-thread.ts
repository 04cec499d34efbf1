/**
 * Exports are made on a thread of its own: half a second of work for each part, which neither takes the turns of whatever else
 * the process does, rating perhaps, nor, where the system lets a thread have a priority, its processor. The thread's heap is
 * small, as all it makes is garbage in a moment. It is there while there is something to make.
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

/** Errors do not travel as they are. */
export type Answered<T = unknown> =
  | { readonly made: T }
  | { readonly failed: { readonly code: FaultCode; readonly message: string } }

/** Takes one thing at a time. What fails rejects with a `Fault` of its code. */
export interface ExportThread {
  makePart(wanted: WantedPart): Promise<MadePart>
  /** As `writeExportFile` does. */
  writeFile(wanted: FileWanted): Promise<WrittenExport | NoFile>
  /** Ends it, with nothing under way, until something is wanted again. */
  rest(): Promise<void>
}

const HEAP_MB = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 }

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
    // Whoever waits for an answer hears of it; with nobody waiting, the event would end the process.
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
    const ended = () => settle(() => reject(new Error('the thread that makes exports ended by itself')))
    worker.on('message', answered).on('error', failed).on('exit', ended)
    worker.postMessage(asked)
  })
}
