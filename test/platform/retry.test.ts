import { describe, expect, it } from 'vitest'
import { type Failure, retry, retryWaitMs } from '../../src/platform/retry.ts'

const QUICK = { firstMs: 1, maxMs: 1 }

describe('the delay before a retry', () => {
  it.each([
    // failures, minimum, maximum
    [1, 50, 100],
    [2, 100, 200],
    [3, 200, 400],
    [4, 250, 500],
    [1000, 250, 500],
  ])('after %i failures is %i to %i ms', (failures, shortest, longest) => {
    const backoff = { firstMs: 100, maxMs: 500 }
    expect(retryWaitMs(backoff, failures, 0)).toBe(shortest)
    expect(retryWaitMs(backoff, failures, 1)).toBe(longest)
  })
})

describe('work that fails', () => {
  function failing(times: number) {
    let calls = 0
    return async () => {
      calls++
      if (calls <= times) throw new Error(`failure ${calls}`)
      return calls
    }
  }

  it('is retried until it succeeds', async () => {
    expect(await retry(failing(3), { backoff: QUICK, isRetried: () => true })).toBe(4)
  })

  it('fails for good if it may not be retried', async () => {
    const isRetried = ({ failures }: Failure) => failures < 3
    await expect(retry(failing(9), { backoff: QUICK, isRetried })).rejects.toThrow('failure 3')
  })

  it('has each retry reported with its number, but not the final failure', async () => {
    const reported: [string, number][] = []
    const retrying = retry(failing(9), {
      backoff: QUICK,
      isRetried: ({ failures }) => failures < 3,
      onRetry: ({ error, failures }) => reported.push([(error as Error).message, failures]),
    })
    await expect(retrying).rejects.toThrow('failure 3')
    expect(reported).toEqual([
      ['failure 1', 1],
      ['failure 2', 2],
    ])
  })

  it('is abandoned during a delay when the signal aborts', async () => {
    const stopping = new AbortController()
    const options = { backoff: { firstMs: 60_000, maxMs: 60_000 }, isRetried: () => true, signal: stopping.signal }
    const trying = retry(failing(9), options)
    stopping.abort()
    await expect(trying).rejects.toMatchObject({ name: 'AbortError' })
  })
})
