/** A request is one payment until its outcome is known: a key is dropped only by a definite answer. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Answered, Refusal } from '../../../web/src/api/answered.ts'
import { followPayment, type PaymentPort } from '../../../web/src/pay/follow-payment.ts'
import { keptPayments } from '../../../web/src/pay/kept.ts'
import type { Progress } from '../../../web/src/pay/progress.ts'
import type { Store } from '../../../web/src/pay/tab-store.ts'

type Paid = Answered<{ readonly top_up_id: string }>

const SILENCE = { silence: true } as const
const TAKEN = { data: { top_up_id: 'top-up-1' }, etag: null }
const SUCCEEDED = { data: { state: 'succeeded', why: null }, etag: null } as const
const refusal = (status: number, code = ''): { refusal: Refusal } => ({
  refusal: { status, code, errors: [], change: null, retryAfterSeconds: null },
})

let kept: ReturnType<typeof keptPayments>

beforeEach(() => {
  vi.useFakeTimers()
  const values = new Map<string, string>()
  const store: Store = {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
  kept = keptPayments(store, 'acme')
})

afterEach(() => {
  vi.useRealTimers()
})

/** The answers to requests of a payment, in order; then the answer to reading it. */
async function follow(
  answers: readonly Paid[],
  { mayBeTaken = false, isAwaited = true, read = SUCCEEDED as Awaited<ReturnType<PaymentPort['read']>> } = {},
) {
  const payment = kept.begin('25.00', 'pm-1', () => 'key-1')
  const asked: string[] = []
  const refusals: number[] = []
  const shown: Progress['at'][] = []
  const left = [...answers]
  const following = followPayment(
    {
      pay: async ({ key }) => {
        asked.push(key)
        return left.shift()!
      },
      read: async () => read,
      bankPage: async () => null,
      isAwaited: () => isAwaited,
      goTo: () => false,
      kept,
      signal: new AbortController().signal,
      show: ({ at }) => shown.push(at),
      refused: ({ status }) => refusals.push(status),
      over: () => {},
    },
    payment,
    { isOurs: true, mayBeTaken },
  )
  await vi.runAllTimersAsync()
  await following
  return { asked, refusals, end: shown.at(-1), keptKey: kept.open()?.key ?? null }
}

describe('a payment that nobody waits for any more', () => {
  it('is followed to its end', async () => {
    expect(await follow([TAKEN], { isAwaited: false })).toMatchObject({ end: 'succeeded', keptKey: null })
  })

  it('is not requested again if there was no answer: another card may have paid meanwhile', async () => {
    expect(await follow([SILENCE, TAKEN], { isAwaited: false })).toMatchObject({ asked: ['key-1'], keptKey: 'key-1' })
  })
})

describe('a payment that is refused', () => {
  it.each([401, 403, 404, 422, 429])('with %i at once was not made: its key is dropped', async (status) => {
    expect(await follow([refusal(status)])).toMatchObject({ asked: ['key-1'], refusals: [status], keptKey: null })
  })

  it('for its values after a lost reply was not made either, since the key would have had the first answer', async () => {
    expect(await follow([SILENCE, refusal(422)])).toMatchObject({ refusals: [422], keptKey: null })
  })

  it('for too many requests after a lost reply is requested again under its key', async () => {
    const followed = await follow([SILENCE, refusal(429), refusal(429), TAKEN])
    expect(followed).toEqual({ asked: Array(4).fill('key-1'), refusals: [], end: 'succeeded', keptKey: null })
  })

  it.each([401, 403])(
    'with %i after a lost reply may have been made: its key is kept, and its outcome is unknown',
    async (status) => {
      const followed = await follow([SILENCE, refusal(status)])
      expect(followed).toEqual({ asked: ['key-1', 'key-1'], refusals: [], end: 'unknown', keptKey: 'key-1' })
    },
  )

  it('with 401 when checked again may have been made before', async () => {
    expect(await follow([refusal(401)], { mayBeTaken: true })).toMatchObject({
      refusals: [],
      end: 'unknown',
      keptKey: 'key-1',
    })
  })

  it.each([401, 403])('with %i when its outcome is read keeps its key, and is shown as unknown', async (status) => {
    expect(await follow([TAKEN], { read: refusal(status) })).toMatchObject({
      refusals: [],
      end: 'unknown',
      keptKey: 'key-1',
    })
  })

  it('because its key belongs to another person’s request was made: nobody says that nothing was charged', async () => {
    const reused = refusal(422, 'request-key-reused')
    expect(await follow([reused], { mayBeTaken: true })).toMatchObject({
      refusals: [],
      end: 'checking',
      keptKey: null,
    })
  })

  it('with 404 when it is read was made, but is not known any more: it may have been charged', async () => {
    expect(await follow([TAKEN], { read: refusal(404) })).toMatchObject({
      refusals: [],
      end: 'checking',
      keptKey: null,
    })
  })
})
