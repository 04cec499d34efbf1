import { describe, expect, it } from 'vitest'
import { createLog } from '../../src/platform/log.ts'

/** What is logged of an error. */
function logged(error: unknown): Record<string, unknown> {
  const lines: string[] = []
  createLog('info', { write: (line) => lines.push(line) }).warn({ err: error }, 'it failed')
  return JSON.parse(lines[0]!).err
}

const databaseError = (code: string) =>
  Object.assign(new Error('Key (to)=(+4930123456) is refused'), { code, detail: '+4930123456', constraint: 'one' })

describe('an error is logged', () => {
  it('with its causes', () => {
    const error = new Error('the outer', { cause: new TypeError('the inner') })
    expect(logged(error)).toMatchObject({ message: 'the outer', cause: { type: 'TypeError', message: 'the inner' } })
  })

  it('with all failures that it stands for', () => {
    const error = new AggregateError([new Error('the first'), new Error('the second')], 'several')
    expect(logged(error)).toMatchObject({
      message: 'several',
      errors: [{ message: 'the first' }, { message: 'the second' }],
    })
  })

  it.each(['22P02', '23505'])('without the data that the database quotes under %s, wherever it stands', (code) => {
    const error = new AggregateError([databaseError(code)], '', { cause: databaseError(code) })
    const text = JSON.stringify([logged(error), logged(databaseError(code))])
    expect(text).toContain(code)
    expect(text).not.toContain('4930123456')
  })
})
