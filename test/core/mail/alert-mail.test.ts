/** The mail of an alert: one per account, for the gravest level that was crossed. */
import { describe, expect, it } from 'vitest'
import type { AlertKind, AlertRaised } from '../../../src/core/account/alerts.ts'
import { parseInstant } from '../../../src/core/instant.ts'
import { alertMails } from '../../../src/core/mail/alert-mail.ts'
import { CURRENCIES } from '../../../src/core/money.ts'

const NOW = parseInstant('2026-11-26T12:00:00Z')!
const raised = (accountId: string, kind: AlertKind, version: bigint, balanceMicros = 1n): AlertRaised => {
  const levelMicros = { low: 10_000_000n, custom_level: 60_000_000n, exhausted: 0n }[kind]
  return { accountId, version, kind, levelMicros, balanceMicros, currency: CURRENCIES[0] }
}

describe('alertMails', () => {
  it.each<[kinds: AlertKind[], mailed: AlertKind]>([
    [['low', 'custom_level', 'exhausted'], 'exhausted'],
    [['exhausted', 'low'], 'exhausted'],
    [['custom_level', 'low'], 'low'],
    [['low', 'custom_level'], 'low'],
    [['custom_level'], 'custom_level'],
  ])('of %j at once send only the one of %s', (kinds, mailed) => {
    const alerts = kinds.map((kind, i) => raised('acme', kind, BigInt(i + 1)))
    expect(alertMails(alerts, NOW, 'balance').map(({ kind }) => kind)).toEqual([mailed])
  })

  it('are one per account of a batch', () => {
    const alerts = [raised('acme', 'low', 3n), raised('bcme', 'custom_level', 1n), raised('acme', 'exhausted', 4n)]
    expect(alertMails(alerts, NOW, 'balance').map(({ accountId, kind }) => `${accountId} ${kind}`)).toEqual([
      'acme exhausted',
      'bcme custom_level',
    ])
  })

  it('have the figures of the time, and are identified by version and instant', () => {
    expect(alertMails([raised('acme', 'exhausted', 4n, -3_415_000n)], NOW, 'balance')).toEqual([
      {
        accountId: 'acme',
        kind: 'exhausted',
        occurrence: '4@2026-11-26T12:00:00.000000Z',
        figures: { balance: '-3.415000', owed: '3.420000', at: '2026-11-26T12:00:00.000000Z' },
      },
    ])
    expect(alertMails([raised('acme', 'low', 5n, 9_990_000n)], NOW, 'level')).toMatchObject([
      { figures: { balance: '9.990000', level: '10.000000', by: 'level' } },
    ])
  })

  it('are not sent if nothing was crossed, or if a level was raised above a balance of zero', () => {
    expect(alertMails([], NOW, 'balance')).toEqual([])
    expect(alertMails([raised('acme', 'low', 1n, 0n), raised('acme', 'custom_level', 2n, 0n)], NOW, 'level')).toEqual(
      [],
    )
  })
})
