/**
 * Checks a history by its steps and the provider's own books alone. The model shares no code with the product, and judges only
 * what is certain from outside. It judges a charge by the state before the step or, for a process that had hung, by any state
 * since.
 */
import type { Settings } from './steps.ts'

/** A violation, by a name that stays the same while a history is shortened. */
export class Finding extends Error {
  override readonly name: string

  constructor(name: string, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.name = name
  }
}

export interface PaymentAtProvider {
  readonly paymentId: string
  readonly topUpId: string
  readonly accountId: string
  readonly providerMethodId: string
  readonly isAutomatic: boolean
  readonly amountMicros: bigint
  readonly state: string
  readonly declineCode: string | null
  /** Charged, refunded and disputed totals so far. */
  readonly chargedMicros: bigint
  readonly netMicros: bigint
  readonly isReturned: boolean
  readonly createdAtMicros: number
}

export interface MovementInLedger {
  readonly accountId: string
  readonly sequence: bigint
  readonly kind: string
  readonly amountMicros: bigint
  readonly balanceBeforeMicros: bigint
  readonly balanceAfterMicros: bigint
  readonly topUpId: string | null
}

export interface AccountInLedger {
  readonly accountId: string
  readonly balanceMicros: bigint
  readonly openAutomatic: number
  readonly settingsVersion: number
  readonly markedVersion: number | null
}

/** Both sides, after a step. */
export interface Sight {
  readonly nowMicros: number
  readonly accounts: readonly AccountInLedger[]
  readonly movements: readonly MovementInLedger[]
  readonly payments: readonly PaymentAtProvider[]
}

/** The state of an account after everything has settled. */
export interface Rest {
  readonly accountId: string
  readonly balanceMicros: bigint
  readonly isOn: boolean
  readonly thresholdMicros: bigint | null
  readonly belowMicros: bigint | null
  readonly hasCard: boolean
  readonly pauseReason: string | null
  readonly waitsUntilMicros: number | null
  readonly topUps: readonly {
    readonly topUpId: string
    readonly trigger: string
    readonly state: string
    readonly nextTryAtMicros: number
    readonly actionUntilMicros: number | null
  }[]
}

export interface Model {
  adjusted(accountId: string, micros: bigint): void
  /** A person saved settings that are on or off, and was not refused. */
  saved(accountId: string, settings: Settings): void
  /** Null: it has none. */
  hasCard(accountId: string, providerMethodId: string | null): void
  backedUp(): void
  restored(sight: Sight): void
  /** After each step. `since`: the step in which the process that now continues had hung; the step itself if none had. */
  look(step: number, since: number, sight: Sight): void
  checkEnd(sight: Sight, rests: readonly Rest[], announced: ReadonlySet<string>): void
}

interface Terms {
  readonly fromStep: number
  readonly settings: Settings | null
  readonly providerMethodId: string | null
}

interface Account {
  /** Credit that people and usage have added and used. */
  othersMicros: bigint
  terms: readonly Terms[]
  resumedAtStep: number
  resumedAtSequence: bigint
  /** A restore has lost what was marked at the provider: nothing is charged before a person saves. */
  needsWord: boolean
}

const MICROS_PER_CENT = 10_000n
const DAY_MICROS = 86_400_000_000
/** Two clocks are read, one slightly later. */
const MOMENT_MICROS = 2_000_000
const MAX_CHARGES_PER_DAY = 5
const MAX_DECLINES = 3

/** What Stripe says about its codes: never retry with this card, or not before the customer has fixed it. */
const STOPPED = ['lost_card', 'stolen_card', 'fraudulent']
const ASKED = ['expired_card', 'incorrect_cvc', 'payment_intent_authentication_failure']

const CAUSES: Readonly<Record<string, (payments: readonly PaymentAtProvider[], wasRestored: boolean) => boolean>> = {
  declined: (payments) => payments.some(({ state }) => state === 'declined' || state === 'canceled'),
  ask_customer: (payments) => payments.some(({ state }) => state === 'declined' || state === 'canceled'),
  card_stopped: (payments) => payments.some(({ declineCode }) => STOPPED.includes(declineCode ?? '')),
  refunded: (payments) => payments.some(({ isReturned }) => isReturned),
  disputed: (payments) => payments.some(({ isReturned }) => isReturned),
  // The sandbox refuses only a removed card.
  refused: () => true,
  restored: (_payments, wasRestored) => wasRestored,
}

export function createModel(accountIds: readonly string[]): Model {
  let accounts = new Map<string, Account>(accountIds.map((accountId) => [accountId, newAccount()]))
  let backup: Map<string, Account> | null = null
  let step = 0
  let restoredAtStep = -1
  let before: Sight | null = null
  /** When a payment was first seen confirmed, and in which step; and when it was declined. */
  const confirmedAt = new Map<string, { readonly micros: number; readonly step: number }>()
  const declinedInStep = new Map<string, number>()
  const chargedInStep = new Map<string, number>()
  const sequences: ReadonlyMap<string, bigint>[] = []

  const accountOf = (accountId: string) => accounts.get(accountId)!
  const now = (accountId: string) => accountOf(accountId).terms.at(-1)!
  const change = (accountId: string, changed: Partial<Terms>) => {
    const account = accountOf(accountId)
    account.terms = [...account.terms, { ...now(accountId), ...changed, fromStep: step }]
  }
  const lastSequence = (accountId: string) => sequences.at(-1)?.get(accountId) ?? 0n

  return {
    adjusted(accountId, micros) {
      accountOf(accountId).othersMicros += micros
    },
    saved(accountId, settings) {
      change(accountId, { settings })
      if (!settings.isOn) return
      const account = accountOf(accountId)
      account.resumedAtStep = step
      account.resumedAtSequence = lastSequence(accountId)
      account.needsWord = false
    },
    hasCard(accountId, providerMethodId) {
      if (now(accountId).providerMethodId !== providerMethodId) change(accountId, { providerMethodId })
    },
    backedUp() {
      backup = copyOf(accounts)
    },
    restored(sight) {
      // Usage comes again, so what others added and used stays.
      const others = new Map([...accounts].map(([accountId, { othersMicros }]) => [accountId, othersMicros]))
      accounts = copyOf(backup!)
      for (const [accountId, account] of accounts) {
        account.othersMicros = others.get(accountId)!
        account.terms = [{ ...account.terms.at(-1)!, fromStep: step }]
        const inLedger = sight.accounts.find((one) => one.accountId === accountId)!
        account.needsWord = (inLedger.markedVersion ?? 0) > inLedger.settingsVersion
      }
      restoredAtStep = step
    },
    look(at, since, sight) {
      const { payments } = sight
      for (const { accountId, openAutomatic } of sight.accounts) {
        if (openAutomatic > 1) throw new Finding('two_open', `${accountId} has ${openAutomatic} automatic top-ups open`)
        checkCredit(accountId, sight)
      }
      const states = new Map(before?.payments.map(({ paymentId, state }) => [paymentId, state]))
      for (const payment of payments) {
        if (payment.state === 'declined' && !declinedInStep.has(payment.paymentId)) {
          declinedInStep.set(payment.paymentId, at)
        }
        if (payment.chargedMicros > 0n && !chargedInStep.has(payment.paymentId)) {
          chargedInStep.set(payment.paymentId, at)
        }
        if (!isConfirmed(payment) || isConfirmed({ state: states.get(payment.paymentId) ?? 'unconfirmed' })) continue
        confirmedAt.set(payment.paymentId, { micros: sight.nowMicros, step: at })
        if (payment.isAutomatic) judge(payment, since, sight)
      }
      checkTwice(sight)
      sequences.push(new Map(sight.movements.map(({ accountId, sequence }) => [accountId, sequence])))
      before = sight
      step = at + 1
    },
    checkEnd(sight, rests, announced) {
      checkChains(sight)
      for (const [accountId, account] of accounts) {
        const paidMicros = sum(paymentsOf(accountId, sight).map(({ netMicros }) => netMicros))
        const posted = sight.movements.filter((one) => one.accountId === accountId && one.topUpId !== null)
        const postedMicros = sum(posted.map(({ amountMicros }) => amountMicros))
        if (postedMicros !== paidMicros) {
          throw new Finding(
            'books_differ',
            `${accountId}: the provider has ${paidMicros} micros, movements of payments are ${postedMicros}`,
          )
        }
        const { balanceMicros } = sight.accounts.find((one) => one.accountId === accountId)!
        if (balanceMicros !== account.othersMicros + paidMicros) {
          throw new Finding(
            'balance_differs',
            `${accountId}: the balance is ${balanceMicros} micros; given, used and paid make ${account.othersMicros + paidMicros}`,
          )
        }
      }
      for (const rest of rests) checkRest(rest, sight, announced)
    },
  }

  /** Never more credit than the provider has charged, regardless of later refunds. */
  function checkCredit(accountId: string, sight: Sight): void {
    const chargedMicros = sum(paymentsOf(accountId, sight).map((payment) => payment.chargedMicros))
    const credits = sight.movements.filter((one) => one.accountId === accountId && one.kind === 'top_up')
    const creditedMicros = sum(credits.map(({ amountMicros }) => amountMicros))
    if (creditedMicros > chargedMicros) {
      throw new Finding(
        'credit_without_charge',
        `${accountId}: ${creditedMicros} micros are credited, the provider has charged ${chargedMicros}`,
      )
    }
  }

  /**
   * One request is paid once. A restored ledger may have lost the decline of one attempt and the charge of another; an
   * automatic top-up is then still wanted if the balance is below the threshold, and is judged by that alone.
   */
  function checkTwice({ payments }: Sight): void {
    const charged = payments.filter(({ chargedMicros }) => chargedMicros > 0n)
    for (const [topUpId, of] of Map.groupBy(charged, (payment) => payment.topUpId)) {
      const counted = of.filter(
        ({ isAutomatic, paymentId }) => !isAutomatic || confirmedAt.get(paymentId)!.step > restoredAtStep,
      )
      if (counted.length > 1) throw new Finding('charged_twice', `top-up ${topUpId} is charged ${of.length} times`)
    }
  }

  /** An automatic payment that was confirmed in this step, by a process that had read the state `since` that step. */
  function judge(payment: PaymentAtProvider, since: number, sight: Sight): void {
    const { accountId, amountMicros, providerMethodId } = payment
    const account = accountOf(accountId)
    const { terms } = account
    const current = terms.filter(({ fromStep }, i) => fromStep >= since || (terms[i + 1]?.fromStep ?? since) >= since)
    const found = (name: string, detail: string) => new Finding(name, `${accountId}, ${payment.paymentId}: ${detail}`)

    const on = current.flatMap(({ settings }) => (settings?.isOn ? [settings] : []))
    if (on.length === 0) throw found('charged_while_off', 'automatic top-up is off')
    if (account.needsWord) throw found('charged_unasked', 'a restore had forgotten what was marked at the provider')
    if (!current.some((one) => one.providerMethodId === providerMethodId)) {
      throw found('charged_another_card', `${providerMethodId} is not the card in force`)
    }
    if (!on.some(({ amountCents }) => BigInt(amountCents) * MICROS_PER_CENT === amountMicros)) {
      throw found('charged_another_amount', `${amountMicros} micros is not the amount in force`)
    }
    const minMicros = minBalance(accountId, since, sight)
    if (on.every(({ thresholdCents }) => minMicros >= BigInt(thresholdCents) * MICROS_PER_CENT)) {
      throw found('charged_above_threshold', `the balance was ${minMicros} micros at least`)
    }
    judgeLimits(payment, on, sight)
    judgePauses(payment, account, since, sight)
    if (restoredAtStep >= 0) judgeAfterRestore(accountId, sight)
  }

  function judgeLimits(payment: PaymentAtProvider, on: readonly Settings[], sight: Sight): void {
    const { accountId, paymentId } = payment
    // Attempts that may still charge, or have; each counts at an instant between its preparation and its confirmation.
    const counted = paymentsOf(accountId, sight).flatMap((one) => {
      const confirmed = confirmedAt.get(one.paymentId)
      const mayCharge = one.isAutomatic && ['succeeded', 'processing'].includes(one.state) && one !== payment
      return mayCharge && confirmed !== undefined ? [{ ...one, confirmedAtMicros: confirmed.micros }] : []
    })
    const lastDay = counted.filter((one) => one.createdAtMicros > sight.nowMicros - DAY_MICROS + MOMENT_MICROS)
    if (lastDay.length >= MAX_CHARGES_PER_DAY) {
      throw new Finding(
        'charged_too_often',
        `${accountId}, ${paymentId}: ${lastDay.length} others in the last 24 hours`,
      )
    }
    const month = monthOf(payment.createdAtMicros)
    if (month !== monthOf(sight.nowMicros)) return
    const thisMonth = counted.filter(
      (one) => monthOf(one.createdAtMicros) === month && monthOf(one.confirmedAtMicros) === month,
    )
    const spentMicros = sum(thisMonth.map(({ amountMicros }) => amountMicros)) + payment.amountMicros
    if (on.every(({ capCents }) => capCents !== null && spentMicros > BigInt(capCents) * MICROS_PER_CENT)) {
      throw new Finding(
        'charged_above_cap',
        `${accountId}, ${paymentId}: ${spentMicros} micros are charged in ${month}`,
      )
    }
  }

  function judgePauses(payment: PaymentAtProvider, account: Account, since: number, sight: Sight): void {
    const { accountId, paymentId, providerMethodId } = payment
    // A restored ledger cannot use what it has lost.
    const remembered = paymentsOf(accountId, sight).filter(
      (one) => one.isAutomatic && (confirmedAt.get(one.paymentId)?.step ?? -1) > restoredAtStep && one !== payment,
    )
    const declined = remembered.filter((one) => (declinedInStep.get(one.paymentId) ?? since) < since)
    const ofCard = declined.filter((one) => one.providerMethodId === providerMethodId)
    const stopping = ofCard.find(({ declineCode }) => STOPPED.includes(declineCode ?? ''))
    if (stopping !== undefined) {
      throw new Finding('charged_a_stopped_card', `${accountId}, ${paymentId}: ${stopping.declineCode} before`)
    }
    if (account.resumedAtStep >= since) return
    const sinceResumed = ofCard.filter((one) => declinedInStep.get(one.paymentId)! > account.resumedAtStep)
    const asking = sinceResumed.find(({ declineCode }) => ASKED.includes(declineCode ?? ''))
    if (asking !== undefined) {
      throw new Finding('charged_while_paused', `${accountId}, ${paymentId}: ${asking.declineCode} before`)
    }
    // Three in a row of this card, with no payment of it in between, manual or not.
    const cardPayments = paymentsOf(accountId, sight)
      .filter((one) => one.providerMethodId === providerMethodId && one !== payment && confirmedAt.has(one.paymentId))
      .toSorted((a, b) => confirmedAt.get(a.paymentId)!.micros - confirmedAt.get(b.paymentId)!.micros)
    const row = cardPayments.slice(cardPayments.findLastIndex(({ chargedMicros }) => chargedMicros > 0n) + 1)
    if (row.filter((one) => sinceResumed.includes(one)).length >= MAX_DECLINES) {
      throw new Finding('charged_while_paused', `${accountId}, ${paymentId}: ${row.length} declines before`)
    }
    const reversal = sight.movements.find(
      (one) =>
        one.accountId === accountId &&
        (one.kind === 'refund' || one.kind === 'dispute') &&
        one.amountMicros < 0n &&
        one.sequence > account.resumedAtSequence &&
        one.sequence <= sequenceBefore(accountId, since),
    )
    if (reversal !== undefined) {
      throw new Finding('charged_while_paused', `${accountId}, ${paymentId}: a ${reversal.kind} before`)
    }
  }

  /**
   * Everything charged before a restore is credited before anything else is charged. Payments that the bank was still
   * processing then are listed as such, and are not waited for any longer than others; those of this step have no step yet.
   */
  function judgeAfterRestore(accountId: string, sight: Sight): void {
    const charged = paymentsOf(accountId, sight).filter(
      (one) => one.chargedMicros > 0n && (chargedInStep.get(one.paymentId) ?? Infinity) < restoredAtStep,
    )
    const credited = sight.movements.filter((one) => one.accountId === accountId && one.kind === 'top_up')
    const chargedMicros = sum(charged.map(({ chargedMicros: micros }) => micros))
    const creditedMicros = sum(credited.map(({ amountMicros }) => amountMicros))
    if (creditedMicros < chargedMicros) {
      throw new Finding(
        'charged_before_credited',
        `${accountId}: before the restore ${chargedMicros} micros were charged, credited are ${creditedMicros}`,
      )
    }
  }

  /** The minimum of the balance since the beginning of a step. */
  function minBalance(accountId: string, since: number, sight: Sight): bigint {
    const of = sight.movements.filter((one) => one.accountId === accountId)
    const from = sequenceBefore(accountId, since)
    const balances = of.filter(({ sequence }) => sequence >= from).map((one) => one.balanceAfterMicros)
    return balances.reduce((least, micros) => (micros < least ? micros : least))
  }

  function sequenceBefore(accountId: string, atStep: number): bigint {
    return sequences[atStep - 1]?.get(accountId) ?? 0n
  }

  function checkRest(rest: Rest, sight: Sight, announced: ReadonlySet<string>): void {
    const { accountId, topUps, pauseReason, waitsUntilMicros, thresholdMicros, balanceMicros, isOn, hasCard } = rest
    for (const { topUpId, trigger, state, nextTryAtMicros, actionUntilMicros } of topUps) {
      // For the retry after a decline, for the customer's approval, or for the bank.
      const isWaiting =
        (state === 'requested' && trigger === 'automatic') || state === 'needs_action' || state === 'processing'
      const isLate = nextTryAtMicros <= sight.nowMicros || (actionUntilMicros ?? Infinity) <= sight.nowMicros
      if (!isWaiting || isLate) throw new Finding('left_open', `${accountId}: ${trigger} top-up ${topUpId} is ${state}`)
      if (!announced.has(`${topUpId}/${state === 'requested' ? 'declined' : state}`)) {
        throw new Finding('open_without_event', `${accountId}: no event announced that ${topUpId} is ${state}`)
      }
    }
    const hasOpen = topUps.some(({ trigger }) => trigger === 'automatic')
    const waits = waitsUntilMicros !== null && waitsUntilMicros > sight.nowMicros
    const isArmed = isOn && hasCard && pauseReason === null && waitsUntilMicros === null && !hasOpen
    if (isArmed && thresholdMicros !== null && balanceMicros < thresholdMicros) {
      throw new Finding('stands_without_a_word', `${accountId} has ${balanceMicros} micros and nothing is under way`)
    }
    if (waitsUntilMicros !== null && !waits) {
      throw new Finding('waits_too_long', `${accountId} waits for an instant that has passed`)
    }
    if (rest.belowMicros !== (isArmed ? thresholdMicros : null)) {
      throw new Finding('column_differs', `${accountId} is compared with ${rest.belowMicros}`)
    }
    if (pauseReason !== null && !CAUSES[pauseReason]!(paymentsOf(accountId, sight), restoredAtStep >= 0)) {
      throw new Finding('paused_without_cause', `${accountId} is paused: ${pauseReason}`)
    }
  }
}

function newAccount(): Account {
  const terms = [{ fromStep: -1, settings: null, providerMethodId: null }]
  return { othersMicros: 0n, terms, resumedAtStep: -1, resumedAtSequence: 0n, needsWord: false }
}

function copyOf(accounts: ReadonlyMap<string, Account>): Map<string, Account> {
  return new Map([...accounts].map(([accountId, account]) => [accountId, { ...account }]))
}

function isConfirmed({ state }: Pick<PaymentAtProvider, 'state'>): boolean {
  return state !== 'unconfirmed' && state !== 'canceled'
}

function paymentsOf(accountId: string, { payments }: Sight): PaymentAtProvider[] {
  return payments.filter((payment) => payment.accountId === accountId)
}

/** Every movement continues the one before, and the last one ends at the balance. */
function checkChains({ accounts, movements }: Sight): void {
  for (const { accountId, balanceMicros } of accounts) {
    let [sequence, balance] = [0n, 0n]
    for (const one of movements.filter((movement) => movement.accountId === accountId)) {
      sequence += 1n
      const isNext = one.sequence === sequence && one.balanceBeforeMicros === balance
      if (!isNext || one.balanceAfterMicros !== balance + one.amountMicros) {
        throw new Finding('chain_broken', `${accountId}: movement ${one.sequence}`)
      }
      balance = one.balanceAfterMicros
    }
    if (balance !== balanceMicros) throw new Finding('chain_broken', `${accountId}: movements end at ${balance}`)
  }
}

function monthOf(micros: number): string {
  return new Date(micros / 1_000).toISOString().slice(0, 7)
}

function sum(micros: readonly bigint[]): bigint {
  return micros.reduce((total, one) => total + one, 0n)
}
