/**
 * `tollgate top-up settings ACCOUNT`: shows the state of automatic top-up; with options, changes it. What could charge
 * more than before needs a consent, for which the operator who runs the command vouches.
 */
import { type Micros, parseMoney } from '../core/money.ts'
import type { AutoTopUpSettings } from '../core/top-up/judge.ts'
import type { Writer } from '../ledger/changes/change-account.ts'
import { saveAutoTopUp } from '../ledger/top-ups/auto-top-up.ts'
import { type AutoTopUpOverview, readOverview } from '../ledger/top-ups/read-overview.ts'
import type { Pool } from '../platform/postgres.ts'
import { overviewJson, overviewText } from './auto-top-up-text.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { readBounds, withDatabase, withLedger } from './connected.ts'
import { type ConsentOptions, consentFor, type GivenConsent, readConsent } from './consent.ts'
import { checkRequestId, unlessCutOff } from './request-id.ts'
import { refusal } from './top-up-refusals.ts'

export interface SettingsOptions extends ConsentOptions {
  readonly on?: boolean
  readonly off?: boolean
  readonly threshold?: string
  readonly amount?: string
  readonly cap?: string
  readonly actor?: string
  readonly requestId?: string
  readonly json?: boolean
}

/** What to change; absent fields stay as they are. */
type Wanted = Partial<AutoTopUpSettings>

export async function autoTopUpSettings(accountId: string, options: SettingsOptions): Promise<void> {
  const wanted = readWanted(options)
  const consent = readConsent(options)
  const { actor, requestId = null, json = false } = options
  if (Object.keys(wanted).length === 0) {
    if (consent !== null || actor !== undefined || requestId !== null) {
      throw new CommandFailed('give what to change: --on, --off, --threshold, --amount or --cap', 2)
    }
    return withDatabase(async (pool) => showOverview(await overviewOf(pool, accountId), json))
  }
  if (actor === undefined) throw new CommandFailed('give --actor (who makes the change)', 2)
  if (requestId !== null) checkRequestId(requestId)
  await withLedger(async (writer) => {
    const before = await overviewOf(writer.pool, accountId)
    const settings = changed(before, wanted)
    await saveAndShow(writer, before, { settings, consent, actor, requestId, json })
  })
}

/** The state of automatic top-up. Throws `CommandFailed` if there is no such account. */
export async function overviewOf(pool: Pool, accountId: string): Promise<AutoTopUpOverview> {
  const overview = await readOverview(pool, accountId)
  if (overview === null) throw refusal('unknown_account', accountId, 'EUR')
  return overview
}

/** Prints the state, as text or JSON. */
export async function showOverview(overview: AutoTopUpOverview, json: boolean): Promise<void> {
  await writeOutput(json ? overviewJson(overview) : overviewText(overview))
}

interface ToSave {
  readonly settings: AutoTopUpSettings
  readonly consent: GivenConsent | null
  readonly actor: string
  readonly requestId: string | null
  readonly json: boolean
}

/**
 * Saves the settings and shows the result. The consent covers the figures that are saved and the card that the command
 * has seen; changes made by others meanwhile are not overwritten.
 */
export async function saveAndShow(
  writer: Writer,
  { accountId, currency, methodId, lastChange }: AutoTopUpOverview,
  { settings, consent, actor, requestId, json }: ToSave,
): Promise<void> {
  const wanted = { settings, consent: consentFor(consent, settings, methodId, actor), actor }
  const saved = await unlessCutOff(
    saveAutoTopUp(writer, accountId, wanted, requestId, readBounds(), lastChange.version),
    `it may have been saved: check with "tollgate top-up settings ${accountId}"`,
  )
  if ('refused' in saved) throw refusal(saved.refused, accountId, currency)
  const { isResumed, isTopUpDue } = saved.answer
  if (saved.isRepeat) process.stderr.write('it had already been saved under this request id\n')
  else if (isResumed) process.stderr.write('automatic top-up has resumed\n')
  if (isTopUpDue && !saved.isRepeat)
    process.stderr.write('the balance is below the threshold: a top-up was requested\n')
  await showOverview(await overviewOf(writer.pool, accountId), json)
}

function readWanted({ on, off, threshold, amount, cap }: SettingsOptions): Wanted {
  if (on && off) throw new CommandFailed('give either --on or --off, not both', 2)
  return {
    ...(on || off ? { isOn: on === true } : {}),
    ...(threshold === undefined ? {} : { thresholdMicros: readAmount('--threshold', threshold) }),
    ...(amount === undefined ? {} : { amountMicros: readAmount('--amount', amount) }),
    ...(cap === undefined ? {} : { monthlyCapMicros: cap === 'none' ? null : readAmount('--cap', cap) }),
  }
}

/** An amount; the ledger checks the bounds of its currency. */
function readAmount(option: string, text: string): Micros {
  const micros = parseMoney(text)
  if (micros !== null && micros > 0n) return micros
  const none = option === '--cap' ? ', or none' : ''
  throw new CommandFailed(`${option} ${text} is not an amount: give a decimal above 0, such as 25.00${none}`, 2)
}

function changed({ accountId, currency, settings: before }: AutoTopUpOverview, wanted: Wanted): AutoTopUpSettings {
  const { isOn, thresholdMicros, amountMicros, monthlyCapMicros = null } = { isOn: false, ...before, ...wanted }
  if (thresholdMicros === undefined || amountMicros === undefined) throw refusal('never_set_up', accountId, currency)
  return { isOn, thresholdMicros, amountMicros, monthlyCapMicros }
}
