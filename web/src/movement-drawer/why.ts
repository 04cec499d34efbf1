/** Why usage was charged or not: a sentence for each reason of the API. */
import type { ExplainedMovement } from '../credit/data.ts'
import type { TextId } from '../texts/ids.ts'
import type { Words } from '../texts/words-of.ts'
import { type Charge, calledCountry, packageName, regionName, userName } from './names.ts'

interface Explained {
  readonly movement: ExplainedMovement
  readonly charge: Charge
  readonly words: Words
}

const SENTENCES: Readonly<Record<string, TextId | ((explained: Explained) => string)>> = {
  outside_package_countries: ({ movement, charge, words }) =>
    words.t('why.outside', {
      country: calledCountry(movement, charge, words),
      package: packageName(charge.package, words),
    }),
  caller_region_mismatch: ({ charge, words }) =>
    words.t(charge.caller_country === null ? 'why.callerUnknown' : 'why.callerRegion', {
      region: regionName(charge.package, words),
    }),
  fair_use_exceeded: fairUse,
  forwarded_leg: 'why.forwarded',
  special_number: 'why.special',
  toll_free_inbound: 'why.tollFree',
  no_package: 'why.noPackage',
  message: 'why.fragment',
  conversation_intelligence: 'why.minute',
  voice_agent: 'why.minute',
  other_usage: 'why.unit',
  correction: reversal,
  invoice_correction: reversal,

  // Usage that moves no credit is not listed at present; these are for when it is.
  in_package: ({ charge, words }) => words.t('why.inPackage', { package: packageName(charge.package, words) }),
  included_in_plan: 'why.inPlan',
  billed_on_invoice: 'why.onInvoice',
  not_answered: 'why.unanswered',
  emergency: 'why.emergency',
  inbound_standard: 'why.inbound',
  inbound_message: 'why.inboundMessage',
  no_usage: 'why.free',
  awaiting_event: 'why.waits',
  corrected: 'why.takenBackBefore',
  already_rated: 'why.free',
  content_differs: 'why.free',
  invalid_event: 'why.free',
  invalid_number: 'why.free',
  unknown_account: 'why.free',
  no_rate: 'why.free',
  already_corrected: 'why.free',
  too_late: 'why.free',
}

/** For an unknown reason, a sentence that is true of all charged usage. */
export function whySentence(movement: ExplainedMovement, charge: Charge, words: Words): string {
  const sentence = (Object.hasOwn(SENTENCES, charge.reason) && SENTENCES[charge.reason]) || 'why.unknown'
  return typeof sentence === 'string' ? words.t(sentence) : sentence({ movement, charge, words })
}

function fairUse({ movement, charge: { fair_use: use }, words: { t } }: Explained): string {
  const user = userName(movement) ?? t('why.theUser')
  const minutes = use?.covered_minutes ?? 0
  if (minutes > 0) return t('why.partlyIncluded', { minutes })
  const limit = use?.limit_minutes ?? null
  return limit === null ? t('why.usedUpUnknown', { user }) : t('why.usedUp', { user, limit })
}

function reversal({ movement: { explanation }, words: { t, dates } }: Explained): string {
  const { corrects } = explanation
  return corrects === null ? t('why.takesBackUnknown') : t('why.takesBack', { date: dates.day(corrects.occurred_at) })
}
