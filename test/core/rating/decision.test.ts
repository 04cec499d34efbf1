/** Which decisions record an identity, and what each takes from credit. */
import { describe, expect, test } from 'vitest'
import { creditTaken, type Decision, isRecorded } from '../../../src/core/rating/decision.ts'
import { conflict, duplicate, pending, rejected, reversed, voided } from '../../../src/core/rating/outcomes.ts'
import { callFields, take, testAccount, testBook, usageFields } from '../../support/catalog.ts'

const original = { amountMicros: 5n, coveredMinutes: 0, currency: 'EUR', counter: null } as const
const agent = usageFields({ type: 'voice_agent', agent_id: 'a', duration_seconds: 60 })

describe('a decision', () => {
  test.each<[string, Decision, boolean, bigint]>([
    // outcome, decision, whether it records an identity, micros taken from credit
    ['charged', take(testBook(), callFields({ leg: 'forwarded' })), true, 70_000n],
    ['covered', take(testBook(), callFields()), true, 0n],
    ['free', take(testBook(), callFields({ duration_seconds: 0 })), true, 0n],
    ['invoiced', take(testBook([testAccount({ voiceAgent: 'invoice' })]), agent), true, 0n],
    ['reversed', reversed({ ...original, outcome: 'charged' }), true, -5n],
    ['reversed', reversed({ ...original, outcome: 'invoiced' }), true, 0n],
    ['pending', pending('EUR'), true, 0n],
    ['voided', voided('EUR'), true, 0n],
    ['duplicate', duplicate('EUR'), false, 0n],
    ['conflict', conflict('EUR', 'other content'), false, 0n],
    ['rejected', rejected('no_rate', 'no price'), false, 0n],
  ])('that is %s', (outcome, decided, records, takenMicros) => {
    expect(decided.outcome).toBe(outcome)
    expect(isRecorded(decided)).toBe(records)
    expect(creditTaken(decided)).toBe(takenMicros)
  })
})

test('a reversal returns 0 minutes, not -0, if the event was not counted', () => {
  expect(reversed({ ...original, outcome: 'charged' }).coveredMinutes).toBe(0)
})
