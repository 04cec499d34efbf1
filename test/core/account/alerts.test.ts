/** When an alert is raised, and when it is rearmed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AlertLevels, alertLevels } from '../../../src/core/account/alerts.ts'
import { type AccountState, openAccount, post, reviewAlerts, settle } from '../../../src/core/account/state.ts'
import { parseMoney } from '../../../src/core/money.ts'

const NOW = 1_700_000_000_000_000
const micros = (amount: string) => parseMoney(amount)!
const levelsOf = (low: string | null, custom: string | null = null): AlertLevels =>
  alertLevels({
    lowAlertLevelMicros: low === null ? null : micros(low),
    customAlertLevelMicros: custom === null ? null : micros(custom),
  })

/** Takes an account through balances, one settlement each, and returns the alerts that each of them raised. */
function alertsByBalance(balances: readonly string[], levels: AlertLevels): string[][] {
  let { account } = openAccount('acme', 'EUR', levels, NOW)
  return balances.map((balance) => {
    const change = micros(balance) - account.balanceMicros
    const settled = settle(account, change === 0n ? account : post(account, change).account, 'usage', levels, NOW)
    account = settled.account
    return settled.alerts.map(({ kind }) => kind)
  })
}

describe('an alert', () => {
  it.each([
    // balances in order, and the alerts that each raises
    ['low: once below 10', ['20', '10', '9.999999', '9', '5'], ['', '', 'low', '', '']],
    ['low: armed again at 11', ['20', '9', '10.999999', '9', '11', '9'], ['', 'low', '', '', '', 'low']],
    ['exhausted: at zero', ['20', '0', '-5'], ['', 'low exhausted', '']],
    [
      'exhausted: armed again above zero',
      ['20', '0', '0.000001', '0', '-1', '0'],
      ['', 'low exhausted', '', 'exhausted', '', ''],
    ],
    ['a new account has crossed nothing', ['5', '4', '0', '12', '9'], ['', '', 'exhausted', '', 'low']],
    ['a jump over all levels', ['100', '-1', '100', '-1'], ['', 'low exhausted', '', 'low exhausted']],
  ])('%s', (_rule, balances, raised) => {
    expect(alertsByBalance(balances, levelsOf(null)).map((kinds) => kinds.join(' '))).toEqual(raised)
  })

  it.each([
    [
      'below the level the customer chose',
      '50',
      ['60', '49.5', '40', '54.99', '49', '55', '49'],
      ['', 'custom_level', '', '', '', '', 'custom_level'],
    ],
    ['both levels in one step', '50', ['60', '9'], ['', 'low custom_level']],
    ['no level chosen', null, ['60', '20'], ['', '']],
  ])('custom: %s', (_rule, custom, balances, raised) => {
    expect(alertsByBalance(balances, levelsOf(null, custom)).map((kinds) => kinds.join(' '))).toEqual(raised)
  })

  it('has its version, its level, and the balance that raised it', () => {
    const levels = levelsOf('7', '8')
    const rich: AccountState = {
      ...openAccount('acme', 'USD', levels, NOW).account,
      balanceMicros: micros('9'),
      status: 'active',
      alertVersion: 4n,
      isLow: false,
      isBelowCustomLevel: false,
    }
    const { account, alerts } = settle(rich, post(rich, -micros('9')).account, 'usage', levels, NOW)
    const common = { accountId: 'acme', balanceMicros: 0n, currency: 'USD' }
    expect(alerts).toEqual([
      { ...common, version: 5n, kind: 'low', levelMicros: micros('7') },
      { ...common, version: 6n, kind: 'custom_level', levelMicros: micros('8') },
      { ...common, version: 7n, kind: 'exhausted', levelMicros: 0n },
    ])
    expect(account).toMatchObject({ alertVersion: 7n, isLow: true, isBelowCustomLevel: true })
  })
})

describe('a changed level', () => {
  const at = (balance: string, isLow: boolean): AccountState => ({
    ...openAccount('acme', 'EUR', levelsOf(null), NOW).account,
    balanceMicros: micros(balance),
    status: 'active',
    isLow,
  })

  it('above the balance raises its alert at once', () => {
    const { account, alerts } = reviewAlerts(at('30', false), levelsOf(null, '50'))
    expect(alerts).toMatchObject([{ kind: 'custom_level', version: 1n }])
    expect(reviewAlerts(account, levelsOf(null, '50')).alerts).toEqual([])
  })

  it('below the balance rearms it', () => {
    expect(reviewAlerts(at('5', true), levelsOf('2')).account.isLow).toBe(false)
    expect(reviewAlerts(at('5', true), levelsOf('4.9')).account.isLow).toBe(true)
  })

  it('removed: the crossing is forgotten', () => {
    const below = { ...at('30', false), isBelowCustomLevel: true }
    expect(reviewAlerts(below, levelsOf(null)).account.isBelowCustomLevel).toBe(false)
  })
})

it('between two alerts of a kind, the balance was at 110 % of its level again, for any sequence of balances', () => {
  const LOW = 1_000n
  const levels: AlertLevels = { lowMicros: LOW, customMicros: null }
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -2_000n, max: 3_000n }), { maxLength: 60 }), (changes) => {
      let { account } = openAccount('acme', 'EUR', levels, NOW)
      let highestSince = 0n
      for (const change of changes) {
        if (change === 0n) continue
        const settled = settle(account, post(account, change).account, 'usage', levels, NOW)
        account = settled.account
        const isRaised = settled.alerts.some(({ kind }) => kind === 'low')
        if (isRaised) {
          expect(highestSince * 10n).toBeGreaterThanOrEqual(LOW * 11n)
          expect(account.balanceMicros).toBeLessThan(LOW)
          highestSince = account.balanceMicros
        } else if (account.balanceMicros > highestSince) highestSince = account.balanceMicros
        // No account below a level is left without its alert.
        if (account.balanceMicros < LOW) expect(account.isLow).toBe(true)
      }
    }),
  )
})
