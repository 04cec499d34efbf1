/**
 * A payment provider without real money, for trials and tests. It behaves like one across a network: it commits to its own
 * database before it answers, a call may end without an answer, and faults can be injected.
 */
import type { InstantMicros } from '../../../core/instant.ts'
import type { FactsAnswer, PaymentFacts, PaymentProvider, PaymentToPrepare, Refused, SetupAnswer } from '../provider.ts'
import { type Call, createCall, refused } from './calls.ts'
import type { BehaviourName } from './cards.ts'
import { isSandboxThere, openSandboxDatabase, type SandboxDatabase, type SandboxOptions } from './database.ts'
import { createDesk, type SandboxDesk } from './desk.ts'
import { customerOf, detachMethod, lockMethod, newId, readMark, readMethod, writeMark } from './methods.ts'
import { approvalAsked, canceled, confirmed, factsOf, NotPossible, type SandboxPayment } from './payment.ts'
import { cancelSetup, createSetup, readSetup, type SandboxSetup } from './setups.ts'
import { changePayment, listChanged, lockAttempt, type Place, settleDue, writePayment } from './store.ts'

export interface SandboxProviderOptions extends SandboxOptions {
  /** How long a call may take; after that its outcome is unknown. */
  readonly deadlineMs: number
  /** Payments per page of a list. */
  readonly pagePayments?: number
  /** Where its pages are served, without a trailing slash; absent: nobody opens them. */
  readonly pagesUrl?: () => string
}

export interface SandboxProvider extends PaymentProvider {
  /** The actions of cardholders, banks and a person at the dashboard. Injected faults do not affect it. */
  readonly desk: SandboxDesk
  close(): Promise<void>
}

const PAGE_PAYMENTS = 100
const NOWHERE = 'sandbox:'
const FROM_THE_BEGINNING: Place = { change: 0, changedAtMicros: 0 }

/** Opens the provider for reading only; null: its database does not exist, as it was never used. */
export async function findSandboxProvider(options: SandboxProviderOptions): Promise<SandboxProvider | null> {
  return (await isSandboxThere(options.databaseUrl)) ? createSandboxProvider(options) : null
}

/** Opens the provider. Its database is created on first use. */
export function createSandboxProvider(options: SandboxProviderOptions): SandboxProvider {
  const { deadlineMs, pagePayments = PAGE_PAYMENTS, pagesUrl = () => NOWHERE } = options
  const database = openSandboxDatabase(options)
  const parts = { database, call: createCall(database, deadlineMs), pagePayments, pagesUrl }
  return {
    name: 'sandbox',
    ...paymentCalls(parts),
    ...setupCalls(parts),
    ...customerCalls(parts),
    desk: createDesk(database),
    close: () => database.close(),
  }
}

interface CallParts {
  readonly database: SandboxDatabase
  readonly call: Call
  readonly pagePayments: number
  readonly pagesUrl: () => string
}

type PaymentCall = 'prepare' | 'confirm' | 'approve' | 'cancel' | 'readPayment' | 'listChanged' | 'rewind'

function paymentCalls({ database, call, pagePayments, pagesUrl }: CallParts): Pick<PaymentProvider, PaymentCall> {
  const factsFor = (payment: SandboxPayment): PaymentFacts =>
    factsOf(payment, `${pagesUrl()}/sandbox/bank/${payment.paymentId}`)
  const asFacts = (payment: SandboxPayment): FactsAnswer => ({ kind: 'facts', facts: factsFor(payment) })

  /** The facts of a payment, after `change`. */
  async function aboutPayment(
    paymentId: string,
    change?: (payment: SandboxPayment, nowMicros: InstantMicros) => SandboxPayment,
  ): Promise<FactsAnswer> {
    const payment = await changePayment(database, paymentId, change)
    return payment === null ? refused('payment_missing', `there is no payment ${paymentId}`) : asFacts(payment)
  }

  return {
    prepare: (asked) =>
      call('prepare', async () => {
        const prepared = await preparePayment(database, asked)
        return 'kind' in prepared ? prepared : asFacts(prepared)
      }),
    confirm: (paymentId, attemptId) =>
      call('confirm', () =>
        aboutPayment(paymentId, (payment, nowMicros) => confirmed(preparedBy(payment, attemptId), nowMicros)),
      ),
    approve: (paymentId, attemptId, returnUrl) =>
      call('approve', () =>
        aboutPayment(paymentId, (payment) => approvalAsked(preparedBy(payment, attemptId), returnUrl)),
      ),
    cancel: (paymentId) => call('cancel', () => aboutPayment(paymentId, canceled)),
    readPayment: (paymentId) => call('readPayment', () => aboutPayment(paymentId)),
    async listChanged(cursor) {
      const after = cursor === null ? FROM_THE_BEGINNING : parseCursor(cursor)
      if (after === null) return refused('cursor_invalid', `${cursor} is not a cursor of the sandbox`)
      // Declared outside of the call: if it is executed twice, by the fault `twice`, everything is listed twice.
      const facts: PaymentFacts[] = []
      return call('listChanged', async () => {
        await settleDue(database)
        const { payments, end, isLast } = await listChanged(await database.pool(), after, pagePayments)
        facts.push(...payments.map(factsFor))
        return { kind: 'page' as const, facts, cursor: `${end.change}@${end.changedAtMicros}`, isLast }
      })
    },
    rewind(cursor, overlapMicros) {
      const place = parseCursor(cursor)
      return place === null ? cursor : `0@${Math.max(0, place.changedAtMicros - overlapMicros)}`
    },
  }
}

function setupCalls({
  database,
  call,
  pagesUrl,
}: CallParts): Pick<PaymentProvider, 'createSetup' | 'readSetup' | 'cancelSetup'> {
  const asSetup = ({ providerSetupId, expiresAtMicros, state }: SandboxSetup): SetupAnswer => {
    const url = `${pagesUrl()}/sandbox/cards/${providerSetupId}`
    return { kind: 'setup', setup: { providerSetupId, url, expiresAtMicros, state } }
  }

  return {
    createSetup: (setup) =>
      call('createSetup', () =>
        database.inTransaction(async (connection, nowMicros) =>
          asSetup(await createSetup(connection, setup, nowMicros)),
        ),
      ),
    readSetup: (providerSetupId) =>
      call('readSetup', async () => {
        const pool = await database.pool()
        const setup = await readSetup(pool, providerSetupId, await database.now(pool))
        return setup === null ? refused('setup_missing', `there is no setup ${providerSetupId}`) : asSetup(setup)
      }),
    cancelSetup: (providerSetupId) =>
      call('cancelSetup', () =>
        database.inTransaction(async (connection, nowMicros) => {
          const setup = await cancelSetup(connection, providerSetupId, nowMicros)
          return setup === null ? refused('setup_missing', `there is no setup ${providerSetupId}`) : asSetup(setup)
        }),
      ),
  }
}

type CustomerCall = 'createCustomer' | 'readMethod' | 'detachMethod' | 'readMark' | 'writeMark'

function customerCalls({ database, call }: CallParts): Pick<PaymentProvider, CustomerCall> {
  return {
    createCustomer: (accountId) =>
      call('createCustomer', () =>
        database.inTransaction(async (connection, nowMicros) => ({
          kind: 'customer' as const,
          customerId: await customerOf(connection, accountId, nowMicros),
        })),
      ),
    readMethod: (providerMethodId) =>
      call('readMethod', async () => {
        const method = await readMethod(await database.pool(), providerMethodId)
        return method === null ? { kind: 'gone' as const } : { kind: 'method' as const, method }
      }),
    detachMethod: (providerMethodId) =>
      call('detachMethod', () =>
        database.inTransaction(async (connection, nowMicros) => {
          await detachMethod(connection, providerMethodId, nowMicros)
          return { kind: 'done' as const }
        }),
      ),
    readMark: (customerId) =>
      call('readMark', async () => {
        const mark = await readMark(await database.pool(), customerId)
        return mark === undefined ? noCustomer(customerId) : { kind: 'mark' as const, mark }
      }),
    writeMark: (customerId, mark) =>
      call('writeMark', async () => {
        const isWritten = await writeMark(await database.pool(), customerId, mark)
        return isWritten ? { kind: 'done' as const } : noCustomer(customerId)
      }),
  }
}

/** Stores a new payment for an attempt, or finds the one that the same request has prepared. */
async function preparePayment(database: SandboxDatabase, asked: PaymentToPrepare): Promise<SandboxPayment | Refused> {
  return database.inTransaction(async (connection, nowMicros) => {
    const before = await lockAttempt(connection, asked.attemptId)
    if (before !== null) {
      if (isSame(before, asked)) return before
      return refused('attempt_reused', `attempt ${asked.attemptId} has already prepared a different payment`)
    }
    const method = await lockMethod(connection, asked.providerMethodId, asked.customerId)
    if (method === undefined) {
      return refused('method_gone', `customer ${asked.customerId} has no method ${asked.providerMethodId}`)
    }
    if (asked.amountMicros <= 0n || asked.amountMicros % 10_000n !== 0n) {
      return refused('amount_invalid', 'an amount must be above 0 and in whole cents')
    }
    const payment: SandboxPayment = {
      ...asked,
      paymentId: newId('payment'),
      createdAtMicros: nowMicros,
      returnUrl: null,
      state: 'unconfirmed',
      decline: null,
      settlesAtMicros: null,
      dispute: null,
      transfers: [],
      behaviour: method.behaviour as BehaviourName,
      isSetUp: method.isSetUp,
      isDetached: false,
    }
    await writePayment(connection, payment, nowMicros)
    return payment
  })
}

/** The payment itself. Throws `NotPossible` if another attempt prepared it. */
function preparedBy(payment: SandboxPayment, attemptId: string): SandboxPayment {
  if (payment.attemptId === attemptId) return payment
  throw new NotPossible(`attempt ${attemptId} did not prepare payment ${payment.paymentId}`, 'attempt_differs')
}

/** Whether a payment was prepared by exactly this request. */
function isSame(payment: SandboxPayment, asked: PaymentToPrepare): boolean {
  return (
    payment.topUpId === asked.topUpId &&
    payment.accountId === asked.accountId &&
    payment.customerId === asked.customerId &&
    payment.providerMethodId === asked.providerMethodId &&
    payment.amountMicros === asked.amountMicros &&
    payment.currency === asked.currency &&
    payment.isOffSession === asked.isOffSession
  )
}

/** Parses `12@1700000000000000`: after change 12, and changed at or after the instant. */
function parseCursor(cursor: string): Place | null {
  const match = /^(\d{1,15})@(\d{1,16})$/.exec(cursor)
  return match === null ? null : { change: Number(match[1]), changedAtMicros: Number(match[2]) }
}

function noCustomer(customerId: string): Refused {
  return refused('customer_missing', `there is no customer ${customerId}`)
}
