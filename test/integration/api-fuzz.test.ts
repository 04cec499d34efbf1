/**
 * Hundreds of requests that the API's own document allows or forbids: none is answered with a 500, or with anything
 * that the document does not describe.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { fuzzApi } from '../support/fuzz.ts'
import { adjust, apply } from '../support/ledger.ts'

/** `TOLLGATE_TEST_FUZZ_SECONDS=600 npm test ...` looks longer. */
const { TOLLGATE_TEST_FUZZ_SECONDS: GIVEN_SECONDS } = process.env
const SECONDS = GIVEN_SECONDS === undefined ? null : Number(GIVEN_SECONDS)
const SEED = Number(process.env.TOLLGATE_TEST_SEED ?? 20)

let api: TestApi

beforeAll(async () => {
  // A stream would not end, so none is opened; only its refusals are tested.
  api = await openTestApi({ streamsPerCaller: 0 })
  await apply(api, [testAccount({ accountId: 'acme' }), testAccount({ accountId: '0' })])
  await adjust(api, 'acme', 25_000_000n)
  await adjust(api, '0', 25_000_000n)
})

afterAll(async () => {
  await api?.close()
})

it(
  `the API answers as its document says, and never with a 500 (seed ${SEED})`,
  async () => {
    const { exitCode, report } = await fuzzApi({
      url: api.url,
      token: await api.operator(),
      seconds: SECONDS,
      seed: SEED,
    })
    if (SECONDS !== null) console.log(report)
    expect(exitCode, report).toBe(0)
  },
  (SECONDS ?? 0) * 1000 + 360_000,
)
