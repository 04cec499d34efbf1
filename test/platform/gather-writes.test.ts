import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { gatherWrites } from '../../src/platform/gather-writes.ts'

/** A socket that records each system call. */
function socket() {
  const calls: string[] = []
  const stream = new Writable({
    write(chunk, _, done) {
      calls.push(String(chunk))
      done()
    },
    writev(chunks, done) {
      calls.push(chunks.map(({ chunk }) => String(chunk)).join(''))
      done()
    },
  })
  const write = (text: string) => {
    gatherWrites(stream)
    stream.write(text)
  }
  return { calls, write }
}

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve))

it('gathers the writes of one task, including those after resolved promises', async () => {
  const { calls, write } = socket()
  write('a')
  await Promise.resolve()
  write('b')
  expect(calls).toEqual([])
  await nextTick()
  expect(calls).toEqual(['ab'])
})

it('writes later writes separately', async () => {
  const { calls, write } = socket()
  write('a')
  await nextTick()
  write('b')
  await nextTick()
  expect(calls).toEqual(['a', 'b'])
})

it('does not hold back what is worth a call already', async () => {
  const { calls, write } = socket()
  const large = 'x'.repeat(40_000)
  write(large)
  write('a')
  expect(calls).toEqual([large])
  await nextTick()
  expect(calls).toEqual([large, 'a'])
})
