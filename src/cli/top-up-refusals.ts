/** Why a top-up command was refused and what to do about it, one sentence per refusal. */
import { type Currency, formatMoney } from '../core/money.ts'
import type { SettingsFault, SettingsField } from '../core/top-up/settings.ts'
import type { ChangedMeanwhile } from '../ledger/changes/last-change.ts'
import { CommandFailed } from './command.ts'

export type RefusalCode = keyof typeof TEXTS
export type Refusal = RefusalCode | ChangedMeanwhile | { readonly faults: readonly SettingsFault[] }

const TEXTS = {
  unknown_account: 'there is no account ACCOUNT',
  account_closed: 'account ACCOUNT is closed and can no longer be charged',
  request_key_reused: 'the request id was already used for something else; nothing was changed',
  consent_needed:
    'this could charge more than before, so a consent is required: give --consent-by (who agreed) and --consent-text (a file with the text)',
  consent_differs:
    'the settings or the card of ACCOUNT changed in the meantime, so the consent is for other figures: see "tollgate top-up settings ACCOUNT", then ask the customer again',
  needs_another_method:
    'the card of ACCOUNT must not be charged again: add another one with "tollgate payment-method add ACCOUNT --default", then resume',
  no_method: 'account ACCOUNT has no card: add one with "tollgate payment-method add ACCOUNT --default"',
  unknown_method: 'account ACCOUNT has no such card: see "tollgate payment-method list ACCOUNT"',
  never_set_up: 'automatic top-up of ACCOUNT was never set up: give --threshold and --amount too',
  turned_off: 'automatic top-up of ACCOUNT is off: turn it on with "tollgate top-up settings ACCOUNT --on"',
} as const

/** Figures out of bounds are wrong input (exit 2); what the account does not allow is a failure (exit 1). */
export function refusal(refused: Refusal, accountId: string, currency: Currency): CommandFailed {
  if (typeof refused === 'string')
    return new CommandFailed(
      TEXTS[refused].replaceAll('ACCOUNT', () => accountId),
      1,
    )
  if ('changedMeanwhile' in refused) {
    const { actor, recordedAt } = refused.changedMeanwhile
    const by = actor === null ? '' : ` by ${actor}`
    const look = `see "tollgate top-up settings ${accountId}", then try again`
    return new CommandFailed(
      `automatic top-up of ${accountId} was changed in the meantime${by} at ${recordedAt}: ${look}`,
      1,
    )
  }
  return new CommandFailed(refused.faults.map((fault) => faultText(fault, currency)).join('\n'), 2)
}

const FIELDS: Readonly<Record<SettingsField, string>> = {
  threshold: 'the threshold',
  amount: 'the amount',
  monthly_cap: 'the cap',
}

function faultText(fault: SettingsFault, currency: Currency): string {
  const field = FIELDS[fault.field]
  switch (fault.kind) {
    case 'more_than_2_decimals':
      return `${field} has more than 2 decimals`
    case 'below_min':
      return `${field} is too low: at least ${formatMoney(fault.minMicros)} ${currency}`
    case 'above_max':
      return `${field} is too high: at most ${formatMoney(fault.maxMicros)} ${currency}`
    case 'cap_below_amount':
      return `${field} is less than one top-up: at least ${formatMoney(fault.amountMicros)} ${currency}, or none`
  }
}
