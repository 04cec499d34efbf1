import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BenchFailed, untilDone } from '../../bench/until-done.ts'

let folder: string
let logFile: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-until-done-'))
  logFile = join(folder, 'serve.log')
  writeFileSync(logFile, Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(''))
})
afterAll(() => rmSync(folder, { recursive: true }))

const running = () => ({ pid: 4711, logFile, ended: new AbortController().signal })
const work = {
  condition: 'all is recorded',
  isDone: () => false,
  progress: () => 1,
  withinMs: 20_000,
  stuckAfterMs: 200,
}

const failureOf = async (waiting: Promise<void>) => {
  const error = await waiting.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(BenchFailed)
  return (error as Error).message
}

describe('waiting for a rater', () => {
  it('ends when its work is done, however long that takes while there is progress', async () => {
    let progress = 0
    await untilDone([running()], { ...work, progress: () => progress++, isDone: () => progress > 12 })
  })

  it('fails with the end of its log when there is no progress', async () => {
    const message = await failureOf(untilDone([running()], work))
    expect(message).toContain('while waiting that all is recorded: nothing has moved for 0.2 s')
    expect(message).toContain('line 99')
    expect(message).not.toContain('line 79')
  })

  it('fails at once with the end of its log when it has ended', async () => {
    const startedAt = Date.now()
    const ended = { ...running(), ended: AbortSignal.abort() }
    const message = await failureOf(untilDone([ended], { ...work, stuckAfterMs: 20_000 }))
    expect(message).toContain('tollgate serve ended by itself')
    expect(message).toContain('line 99')
    expect(Date.now() - startedAt).toBeLessThan(5_000)
  })

  it('fails when it takes too long, even with progress', async () => {
    let progress = 0
    const message = await failureOf(untilDone([running()], { ...work, progress: () => progress++, withinMs: 500 }))
    expect(message).toContain('within 500 ms it never came true that all is recorded')
  })

  it('fails when the state of its work cannot be read', async () => {
    const isDone = () => Promise.reject(new Error('connection lost'))
    expect(await failureOf(untilDone([running()], { ...work, isDone }))).toContain('all is recorded: connection lost')
  })
})
