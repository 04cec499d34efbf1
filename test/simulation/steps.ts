/**
 * A history as plain data: steps made from a seed before any is played. A step's choices are relative (the payment three
 * quarters down the list), so any part of a history can be played, which is how a failing one is shortened.
 */
import { createRandom, type Random } from '../../testkit/random.ts'

/** Where a process stops: at the n-th of its calls of a kind, counted from the beginning of the step. */
export interface Stop {
  /** `statement`: any to the database; `connect`: before it has a connection; `provider`: any call to the provider. */
  readonly at: 'statement' | 'commit' | 'connect' | 'provider'
  readonly nth: number
  /** The call has taken effect, and its answer is lost, or late. */
  readonly isDone: boolean
  /** `dies`: for good; `hangs`: until a later step resumes it. */
  readonly does: 'dies' | 'hangs'
}

/** Stripe's public test numbers, by their behaviour. */
export const CARDS = {
  good: '4242424242424242',
  declines: '4000000000000002',
  'has no funds': '4000000000009995',
  'is over its limit': '4000000000006975',
  'bank is down': '4000000000000119',
  lost: '4000000000009987',
  stolen: '4000000000009979',
  fraudulent: '4100000000000019',
  expired: '4000000000000069',
  'wrong cvc': '4000000000000127',
  'approval once': '4000002500003155',
  'approval always': '4000002760003184',
  'approval, then declines': '4000008400001629',
  'approval, then no funds': '4000008260003178',
  disputed: '4000000000000259',
  'inquired about': '4000000000001976',
  'refund comes late': '4000000000007726',
  'refund fails': '4000000000005126',
  'debit, 30 s': 'AT611904300234573201',
  'debit, 3 min': 'AT321904300235473204',
  'debit, declines': 'AT861904300235473202',
  'debit, no funds': 'AT981904300002222227',
  'debit, disputed': 'AT591904300235473203',
} as const
export type Card = keyof typeof CARDS

export interface Settings {
  readonly isOn: boolean
  readonly thresholdCents: number
  readonly amountCents: number
  /** Null: no cap. */
  readonly capCents: number | null
}

export type BankAction = 'approve' | 'decline' | 'settle' | 'cancel' | 'refund' | 'refundPart' | 'dispute' | 'win'
export type Fault = 'down' | 'timeout_before' | 'timeout_after' | 'twice'

export type Step =
  /** A new account, with credit, a card and settings. */
  | {
      readonly kind: 'open'
      readonly account: number
      readonly cents: number
      readonly card: Card
      readonly settings: Settings
    }
  /** Credit used (below zero) or added by an operator; repeated, under its key, if the process dies during it. */
  | { readonly kind: 'adjust'; readonly account: number; readonly cents: number; readonly stop: Stop | null }
  /** Processes work until nothing is due, several concurrently. An eager one starts before it knows the provider's state. */
  | { readonly kind: 'settle'; readonly by: readonly Work[]; readonly isEager: boolean }
  | { readonly kind: 'tend'; readonly task: 'list' | 'sweep' | 'mark' | 'all'; readonly by: Work }
  | { readonly kind: 'resume' }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly call: string | null; readonly times: number }
  | { readonly kind: 'card'; readonly account: number; readonly card: Card; readonly stop: Stop | null }
  | { readonly kind: 'removeCard'; readonly account: number; readonly stop: Stop | null }
  | { readonly kind: 'save'; readonly account: number; readonly settings: Settings; readonly stop: Stop | null }
  | { readonly kind: 'manualTopUp'; readonly account: number; readonly cents: number; readonly stop: Stop | null }
  /** The payment is read and recorded this many times, sequentially or concurrently. */
  | {
      readonly kind: 'webhook'
      readonly account: number
      readonly pick: number
      readonly times: number
      readonly isAtOnce: boolean
      readonly by: Work
    }
  /** Its first half: a process has read the payment, and is slow. */
  | { readonly kind: 'read'; readonly account: number; readonly pick: number }
  /** Its second half, perhaps much later, of any payment that was read. */
  | { readonly kind: 'record'; readonly pick: number; readonly isKept: boolean; readonly by: Work }
  | { readonly kind: 'atBank'; readonly account: number; readonly pick: number; readonly action: BankAction }
  | { readonly kind: 'backUp' }
  /** Under running processes, or with all of them restarted. */
  | { readonly kind: 'restore'; readonly isRestart: boolean }

export interface Work {
  readonly process: number
  readonly stop: Stop | null
}

export const PROCESSES = 3
export const ACCOUNTS = 2
/** A minimum; steps that belong together are not separated. */
const STEPS = 40

const THRESHOLDS = [1_000, 1_000, 1_000, 3_000]
const AMOUNTS = [2_000, 2_000, 2_000, 5_000]
const CALLS = ['prepare', 'confirm', 'confirm', 'readPayment', 'cancel', 'listChanged', 'readMark', 'writeMark', null]
const SECONDS = [1, 20, 40, 200, 1_000, 4_000, 18_000, 90_000, 90_000]
const ALL_CARDS = Object.keys(CARDS) as Card[]
const DEBITS = ALL_CARDS.filter((name) => name.startsWith('debit'))

/** Each with a frequency by its weight. */
const WEIGHTS: Readonly<Record<Exclude<Step['kind'], 'open'>, number>> = {
  adjust: 14,
  settle: 16,
  pass: 8,
  tend: 6,
  fault: 4,
  card: 4,
  removeCard: 1,
  save: 5,
  manualTopUp: 4,
  webhook: 3,
  read: 3,
  record: 3,
  resume: 3,
  atBank: 8,
  backUp: 2,
  restore: 2,
}
const WEIGHTED_KINDS = (Object.keys(WEIGHTS) as (keyof typeof WEIGHTS)[]).flatMap((kind) =>
  Array.from({ length: WEIGHTS[kind] }, () => kind),
)

export interface History {
  readonly seed: number
  /** When it begins, milliseconds since 1970. Half of them start around the end of a month, where caps are reset. */
  readonly beginsAtMs: number
  readonly steps: readonly Step[]
}

export function makeHistory(seed: number): History {
  const random = createRandom(seed)
  const month = 1 + random.whole(11)
  const day = random.chance(0.5) ? 28 : 1 + random.whole(27)
  const beginsAtMs = Date.UTC(2026, month, day, random.whole(24), random.whole(60))
  // A third of them never crash, so that other faults are not hidden by it.
  const stopsChance = random.pick([0, 0.3, 0.5])
  const steps: Step[] = Array.from({ length: ACCOUNTS }, (_, account) => {
    return { kind: 'open', account, cents: 1_100 + random.whole(4_000), card: card(random), settings: settings(random) }
  })
  while (steps.length < ACCOUNTS + STEPS) {
    steps.push(...(random.chance(0.7) ? [makeStep(random, stopsChance)] : makeScene(random, stopsChance)))
  }
  return { seed, beginsAtMs, steps }
}

const SCENES = ['restored', 'by hand', 'slow', 'hangs', 'hangs', 'burst', 'burst', 'approval', 'down', 'down'] as const

/** Sequences of steps that rarely occur by chance, with other steps in between. */
function makeScene(random: Random, stopsChance: number): Step[] {
  const account = random.whole(ACCOUNTS)
  const pick = latest(random)
  const by = (index = random.whole(PROCESSES)): Work => ({
    process: index,
    stop: random.chance(stopsChance / 2) ? stop(random, 'dies') : null,
  })
  const settle = (index?: number): Step => ({ kind: 'settle', by: [by(index)], isEager: random.chance(0.3) })
  const use = (cents: number): Step => ({ kind: 'adjust', account, cents: -cents, stop: null })
  const pass = (...seconds: number[]): Step => ({ kind: 'pass', seconds: random.pick(seconds) })
  const between = () => (random.chance(0.3) ? [makeStep(random, stopsChance)] : [])
  // Over time most accounts are paused or off, and nothing would happen.
  const newCard: Step[] = random.chance(0.5)
    ? [
        { kind: 'card', account, card: card(random), stop: null },
        { kind: 'save', account, settings: settings(random), stop: null },
      ]
    : []
  return [...newCard, ...scene()]

  function scene(): Step[] {
    switch (random.pick(SCENES)) {
      case 'restored': {
        const meanwhile = random.chance(0.5) ? [makeStep(random, stopsChance), makeStep(random, stopsChance)] : []
        const restore = restored(random)
        const uses = use(1_000 + random.whole(5_000))
        return random.chance(0.5)
          ? [uses, { kind: 'backUp' }, settle(), ...meanwhile, restore, settle()]
          : [{ kind: 'backUp' }, uses, ...meanwhile, settle(), restore, ...between(), settle()]
      }
      case 'by hand': {
        const manualTopUp: Step = { kind: 'manualTopUp', account, cents: random.pick([500, 2_000, 10_000]), stop: null }
        return [manualTopUp, { kind: 'backUp' }, settle(), ...between(), restored(random), settle()]
      }
      case 'slow': {
        const action = random.pick(['refundPart', 'refund', 'dispute', 'win', 'settle'] as const)
        const webhook = { kind: 'webhook', account, pick, times: 1, isAtOnce: false, by: by() } as const
        const records: Step = { kind: 'record', pick: 0.99, isKept: random.chance(0.3), by: by() }
        return [
          { kind: 'read', account, pick },
          ...between(),
          { kind: 'atBank', account, pick, action },
          random.chance(0.5) ? webhook : { kind: 'tend', task: 'list', by: by() },
          pass(1, 40, 4_000, 90_000),
          ...(random.chance(0.5)
            ? [use(1_000 + random.whole(5_000)), settle(), { kind: 'tend', task: 'list', by: by() } as const]
            : between()),
          records,
        ]
      }
      case 'hangs': {
        const hangs = { process: 0, stop: stop(random, 'hangs') }
        return [
          use(1_000 + random.whole(5_000)),
          { kind: 'settle', by: [hangs], isEager: false },
          ...between(),
          pass(20, 60, 60, 4_000, 90_000),
          ...between(),
          settle(1),
          ...between(),
          { kind: 'resume' },
        ]
      }
      case 'burst':
        return Array.from({ length: 3 + random.whole(4) }).flatMap(() => [
          use(1_500 + random.whole(2_000)),
          settle(),
          ...(random.chance(0.5) ? [pass(40, 1_000, 4_000, 18_000)] : []),
        ])
      case 'approval': {
        const kind = random.pick(['approval once', 'approval always', 'approval, then declines'] as const)
        const action = random.pick(['approve', 'approve', 'decline', 'cancel'] as const)
        return [
          { kind: 'card', account, card: kind, stop: null },
          use(1_000 + random.whole(5_000)),
          settle(),
          ...between(),
          pass(1, 200, 4_000, 90_000),
          { kind: 'atBank', account, pick: 1, action },
          ...between(),
          settle(),
        ]
      }
      case 'down': {
        const fault = random.pick(['down', 'timeout_before', 'timeout_after', 'timeout_after'] as const)
        const call = random.pick(['prepare', 'confirm', 'confirm', 'confirm', 'readPayment', 'cancel'])
        return [
          { kind: 'fault', fault, call, times: 1 + random.whole(4) },
          use(2_000 + random.whole(6_000)),
          settle(),
          ...between(),
          pass(1, 20, 40, 4_000),
          settle(),
        ]
      }
    }
  }
}

function makeStep(random: Random, stopsChance: number): Step {
  const kind = random.pick(WEIGHTED_KINDS)
  const account = random.whole(ACCOUNTS)
  const dies = () => (random.chance(stopsChance) ? stop(random, 'dies') : null)
  const work = (): Work => {
    const process = random.whole(PROCESSES)
    if (!random.chance(stopsChance)) return { process, stop: null }
    return { process, stop: stop(random, random.chance(0.35) ? 'hangs' : 'dies') }
  }
  switch (kind) {
    case 'adjust': {
      const used = 100 + random.whole(random.chance(0.2) ? 20_000 : 3_500)
      return { kind, account, cents: random.chance(0.05) ? used : -used, stop: dies() }
    }
    case 'settle': {
      const by = [work()]
      while (by.length < PROCESSES && random.chance(0.3)) by.push(work())
      const isEager = random.chance(0.2)
      return { kind, by: by.filter(({ process }, i) => by.findIndex((one) => one.process === process) === i), isEager }
    }
    case 'pass':
      return { kind, seconds: random.pick(SECONDS) }
    case 'tend':
      return { kind, task: random.pick(['list', 'sweep', 'mark', 'all', 'all']), by: work() }
    case 'fault': {
      const fault = random.pick(['down', 'timeout_before', 'timeout_after', 'timeout_after', 'twice'] as const)
      return { kind, fault, call: random.pick(CALLS), times: 1 + random.whole(3) }
    }
    case 'card':
      return { kind, account, card: card(random), stop: dies() }
    case 'removeCard':
      return { kind, account, stop: dies() }
    case 'save':
      return { kind, account, settings: { ...settings(random), isOn: random.chance(0.7) }, stop: dies() }
    case 'manualTopUp':
      return { kind, account, cents: random.pick([500, 2_000, 10_000]), stop: dies() }
    case 'webhook':
      return {
        kind,
        account,
        pick: random.fraction(),
        times: 1 + random.whole(2),
        isAtOnce: random.chance(0.5),
        by: work(),
      }
    case 'read':
      return { kind, account, pick: random.fraction() }
    case 'record':
      return { kind, pick: random.fraction(), isKept: random.chance(0.3), by: work() }
    case 'atBank': {
      const action = random.pick([
        'approve',
        'approve',
        'decline',
        'settle',
        'cancel',
        'refund',
        'refundPart',
        'refundPart',
        'dispute',
        'win',
      ] as const)
      return { kind, account, pick: latest(random), action }
    }
    case 'restore':
      return restored(random)
    case 'resume':
    case 'backUp':
      return { kind }
  }
}

function restored(random: Random): Step {
  return { kind: 'restore', isRestart: random.chance(0.5) }
}

/** Which entry of a list: later ones are more likely. */
function latest(random: Random): number {
  return 1 - random.fraction() ** 2
}

/** Mostly a working one, or little would happen. */
function card(random: Random): Card {
  if (random.chance(0.4)) return 'good'
  return random.pick(random.chance(0.3) ? DEBITS : ALL_CARDS)
}

function settings(random: Random): Settings {
  const amountCents = random.pick(AMOUNTS)
  const capCents = random.chance(0.4) ? amountCents * (1 + random.whole(3)) : null
  return { isOn: true, thresholdCents: random.pick(THRESHOLDS), amountCents, capCents }
}

function stop(random: Random, does: Stop['does']): Stop {
  const at = random.pick(
    does === 'dies' ? (['statement', 'commit', 'commit', 'provider'] as const) : (['connect', 'provider'] as const),
  )
  const nth = 1 + random.whole({ statement: 24, commit: 3, provider: 3, connect: 6 }[at])
  return { at, nth, isDone: at !== 'connect' && random.chance(0.5), does }
}

/** A step in words, for readers of a failing history. */
export function inWords(step: Step): string {
  switch (step.kind) {
    case 'open':
      return `${nameOf(step.account)} starts with ${money(step.cents)}, card ${step.card}, ${settingsInWords(step.settings)}`
    case 'adjust': {
      const what = step.cents < 0 ? `uses ${money(-step.cents)}` : `is given ${money(step.cents)}`
      return `${nameOf(step.account)} ${what}${stopInWords(step.stop)}`
    }
    case 'settle': {
      const eager = step.isEager ? ', not waiting for the list' : ''
      return `${step.by.map(workInWords).join(' and ')} settle${step.by.length > 1 ? '' : 's'} what is due${eager}`
    }
    case 'tend': {
      const task = { list: 'reads the list', sweep: 'sweeps', mark: 'marks', all: 'lists, sweeps and marks' }[step.task]
      return `${workInWords(step.by)} ${task}`
    }
    case 'resume':
      return 'the hanging process continues'
    case 'pass':
      return `${step.seconds} s pass`
    case 'fault':
      return `the provider: ${step.fault} at ${step.call ?? 'any call'}, ${step.times} times`
    case 'card':
      return `${nameOf(step.account)} has another card: ${step.card}${stopInWords(step.stop)}`
    case 'removeCard':
      return `${nameOf(step.account)} removes its card${stopInWords(step.stop)}`
    case 'save':
      return `${nameOf(step.account)} saves: ${settingsInWords(step.settings)}${stopInWords(step.stop)}`
    case 'manualTopUp':
      return `${nameOf(step.account)} tops up ${money(step.cents)} manually${stopInWords(step.stop)}`
    case 'webhook': {
      const times = step.times === 1 ? '' : step.isAtOnce ? ', twice at once' : ', twice'
      return `${workInWords(step.by)} has a webhook of ${paymentInWords(step)}${times}`
    }
    case 'read':
      return `a process reads ${paymentInWords(step)}, and is slow`
    case 'record':
      return `${workInWords(step.by)} records what was read before (${part(step.pick)})${step.isKept ? ', and keeps it' : ''}`
    case 'atBank':
      return `at the bank: ${step.action} ${paymentInWords(step)}`
    case 'backUp':
      return 'the ledger is backed up'
    case 'restore':
      return `the ledger is restored${step.isRestart ? ', all processes are restarted' : ''}; usage since the backup is repeated`
  }
}

export function nameOf(account: number): string {
  return `account-${account}`
}

function money(cents: number): string {
  return (cents / 100).toFixed(2)
}

function settingsInWords({ isOn, thresholdCents, amountCents, capCents }: Settings): string {
  if (!isOn) return 'off'
  const cap = capCents === null ? 'no cap' : `at most ${money(capCents)} a month`
  return `${money(amountCents)} below ${money(thresholdCents)}, ${cap}`
}

function paymentInWords({ account, pick }: { account: number; pick: number }): string {
  return `a payment of ${nameOf(account)} (${part(pick)})`
}

/** Which entry of a list. */
function part(pick: number): string {
  return `at ${Math.round(pick * 100)} % of the list`
}

function workInWords({ process, stop }: Work): string {
  return `process ${process}${stopInWords(stop)}`
}

function stopInWords(stop: Stop | null): string {
  if (stop === null) return ''
  const call = { statement: 'statement', commit: 'commit', connect: 'connection', provider: 'call of the provider' }[
    stop.at
  ]
  return ` [${stop.does} ${stop.isDone ? 'after' : 'before'} ${call} ${stop.nth}]`
}
