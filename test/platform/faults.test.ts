import { describe, expect, it } from 'vitest'
import { DatabaseRestored } from '../../src/ledger/epochs/consumer-offsets.ts'
import { consequenceOf, FAULT_CODES, Fault, sqlState } from '../../src/platform/faults.ts'
import { RegistryUnavailable } from '../../src/platform/kafka/registry.ts'
import { asFault } from '../../src/platform/postgres.ts'

const sqlError = (code: string) => Object.assign(new Error('refused'), { code })
const restored = new DatabaseRestored(
  { topic: 'usage.calls.v1', partition: 0, nextOffset: 9n, previousOffset: 5n },
  undefined,
)

describe('the consequence of a fault', () => {
  it.each<[what: string, thrown: unknown, code: string, fate: string, endsProcess: boolean]>([
    ['a number too large for its column (22003)', sqlError('22003'), 'value_refused', 'dead_letter', false],
    ['a NUL in a text (22021)', sqlError('22021'), 'value_refused', 'dead_letter', false],
    ['a key too long for its index (54000)', sqlError('54000'), 'value_refused', 'dead_letter', false],
    ['our own binary form, unreadable (22P03)', sqlError('22P03'), 'bug', 'stop', false],
    ['a unique key (23505)', sqlError('23505'), 'constraint_violated', 'stop', false],
    ['a check of a table (23514)', sqlError('23514'), 'constraint_violated', 'stop', false],
    ['a lock not granted in time (55P03)', sqlError('55P03'), 'database_refused', 'retry', false],
    ['a deadlock (40P01)', sqlError('40P01'), 'database_refused', 'retry', false],
    ['a full disk (53100)', sqlError('53100'), 'database_refused', 'retry', false],
    ['a server that shuts down (57P01)', sqlError('57P01'), 'database_refused', 'retry', false],
    ['missing rights (42501)', sqlError('42501'), 'database_refused', 'retry', false],
    ['an unknown table (42P01)', sqlError('42P01'), 'database_refused', 'retry', false],
    ['an unknown column (42703)', sqlError('42703'), 'database_refused', 'retry', false],
    ['a broken connection', asFault(new Error('Connection terminated')), 'database_unavailable', 'retry', false],
    ['a connection refused', asFault(sqlError('ECONNREFUSED')), 'database_unavailable', 'retry', false],
    [
      'a broken pipe, whose code looks like a SQLSTATE',
      asFault(sqlError('EPIPE')),
      'database_unavailable',
      'retry',
      false,
    ],
    ['no answer from the registry', new RegistryUnavailable('no answer'), 'registry_unavailable', 'retry', false],
    ['a TypeError', new TypeError('x is undefined'), 'bug', 'stop', false],
    ['a TypeError within a statement', asFault(new TypeError('x is undefined')), 'bug', 'stop', false],
    ['a RangeError', new RangeError('a price is never negative'), 'bug', 'stop', false],
    ['an error without a code', new Error('never thought of'), 'bug', 'stop', false],
    ['a value that is not an error', 'thrown text', 'bug', 'stop', false],
    ['a broken invariant', new Fault('invariant_broken', 'no clock'), 'invariant_broken', 'stop', false],
    [
      'a value that our encoder refuses',
      new Fault('value_out_of_range', '1'),
      'value_out_of_range',
      'dead_letter',
      false,
    ],
    ['a database that was restored', restored, 'database_restored', 'stop', true],
  ])('%s', (_what, thrown, code, fate, endsProcess) => {
    const consequence = consequenceOf(thrown)
    expect(consequence).toMatchObject({ code, fate })
    expect(consequence.endsProcess ?? false).toBe(endsProcess)
  })

  it('is known for every code', () => {
    for (const code of FAULT_CODES) expect(consequenceOf(new Fault(code, 'x'))).toMatchObject({ code })
  })

  it('keeps the server’s message, with the driver’s error as its cause', () => {
    const said = sqlError('40001')
    expect(asFault(said)).toBe(said)
    const met = new Error('Connection terminated unexpectedly')
    expect(asFault(met)).toMatchObject({ cause: met, message: expect.stringContaining(met.message) })
  })
})

describe('a SQLSTATE', () => {
  it.each([
    ['23505', '23505'],
    ['P0001', 'P0001'],
    ['XX000', 'XX000'],
    ['EPIPE', null],
    ['ECONNRESET', null],
    [23505, null],
    [undefined, null],
  ])('%s is read as %s', (code, state) => {
    expect(sqlState({ code })).toBe(state)
  })
})
