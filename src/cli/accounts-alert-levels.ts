/** `tollgate accounts alert-levels ACCOUNT`: sets the balances at which the account's contacts are alerted. */
import { formatMoney, type Micros, parseMoney } from '../core/money.ts'
import { setAlertLevels as setInLedger } from '../ledger/accounts/set-alert-levels.ts'
import { CommandFailed } from './command.ts'
import { withLedger } from './connected.ts'

export interface AlertLevelOptions {
  readonly low?: string
  readonly custom?: string
  readonly actor: string
}

export async function setAlertLevels(accountId: string, options: AlertLevelOptions): Promise<void> {
  const { actor } = options
  const levels = {
    ...(options.low === undefined ? {} : { lowMicros: level(options.low, 'default') }),
    ...(options.custom === undefined ? {} : { customMicros: level(options.custom, 'none') }),
  }
  if (Object.keys(levels).length === 0) throw new CommandFailed('give --low, --custom, or both', 2)
  await withLedger(async (writer) => {
    const set = await setInLedger(writer, accountId, { ...levels, actor })
    if ('refused' in set) throw new CommandFailed(`there is no account ${accountId}`, 1)
    const { lowMicros, customMicros, currency, raised } = set.answer
    const custom = customMicros === null ? 'none' : `${formatMoney(customMicros)} ${currency}`
    console.log(`${accountId}: low ${formatMoney(lowMicros)} ${currency}, custom ${custom}`)
    for (const kind of raised) process.stderr.write(`the balance is below the level: alert ${kind} was raised\n`)
  })
}

/** Null for the word that means "no custom level". */
function level(text: string, noLevel: string): Micros | null {
  if (text === noLevel) return null
  const amountMicros = parseMoney(text)
  if (amountMicros !== null && amountMicros > 0n) return amountMicros
  throw new CommandFailed(`${text} is not a level: give a decimal above 0 with at most 6 decimals, or ${noLevel}`, 2)
}
