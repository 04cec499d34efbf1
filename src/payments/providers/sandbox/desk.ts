/**
 * Manual actions on the provider's side: entering a card, answering the bank's page, making a refund at the dashboard,
 * disputing a charge. The sandbox's pages and the commands `tollgate sandbox` use it.
 */
import type { Micros } from '../../../core/money.ts'
import type { DeclineCodes } from './cards.ts'
import type { SandboxDatabase } from './database.ts'
import { endFaults, listFaults, type OrderedFault, orderFault } from './faults.ts'
import { type AddedCard, addCard, type TestCard } from './methods.ts'
import {
  approved,
  declinedByBank,
  disputed,
  NotPossible,
  refunded,
  type SandboxPayment,
  settledNow,
  won,
} from './payment.ts'
import { cancelSetup, fillSetup, readSetup, type SandboxSetup } from './setups.ts'
import { changePayment, listPayments, settleDue } from './store.ts'

/** The actions. One that is not possible in the current state throws `NotPossible` and changes nothing. */
export interface SandboxDesk {
  addTestCard(card: TestCard): Promise<AddedCard>
  /** Null: no such setup; the same for the next two. */
  findSetup(providerSetupId: string): Promise<SandboxSetup | null>
  fillSetup(
    providerSetupId: string,
    card: Omit<TestCard, 'accountId' | 'isApproved'>,
  ): Promise<SandboxSetup | Extract<AddedCard, { kind: 'refused' }> | null>
  cancelSetup(providerSetupId: string): Promise<SandboxSetup | null>
  /** The payment as it is now; null: no such payment. */
  findPayment(paymentId: string): Promise<SandboxPayment | null>
  approve(paymentId: string): Promise<SandboxPayment>
  /** `decline` null: the usual codes. */
  decline(paymentId: string, decline: DeclineCodes | null): Promise<SandboxPayment>
  settle(paymentId: string): Promise<SandboxPayment>
  /** `amountMicros` null: everything that is left. */
  refund(paymentId: string, amountMicros: Micros | null): Promise<SandboxPayment>
  dispute(paymentId: string): Promise<SandboxPayment>
  win(paymentId: string): Promise<SandboxPayment>
  /** Lists payments as they are now, oldest first. */
  listPayments(
    accountId: string | null,
    page: { readonly after: SandboxPayment | null; readonly limit: number },
  ): Promise<SandboxPayment[]>
  orderFault(order: OrderedFault): Promise<void>
  listFaults(): Promise<OrderedFault[]>
  endFaults(): Promise<void>
}

/** Makes the desk of a sandbox database. */
export function createDesk(database: SandboxDatabase): SandboxDesk {
  const change = async (
    paymentId: string,
    by: (payment: SandboxPayment, nowMicros: number) => SandboxPayment,
  ): Promise<SandboxPayment> => {
    const payment = await changePayment(database, paymentId, by)
    if (payment === null) throw new NotPossible('there is no such payment', 'payment_missing')
    return payment
  }
  return {
    addTestCard: (card) => database.inTransaction((connection, nowMicros) => addCard(connection, card, nowMicros)),
    findSetup: async (providerSetupId) => {
      const pool = await database.pool()
      return readSetup(pool, providerSetupId, await database.now(pool))
    },
    fillSetup: (providerSetupId, card) =>
      database.inTransaction((connection, nowMicros) => fillSetup(connection, providerSetupId, card, nowMicros)),
    cancelSetup: (providerSetupId) =>
      database.inTransaction((connection, nowMicros) => cancelSetup(connection, providerSetupId, nowMicros)),
    findPayment: (paymentId) => changePayment(database, paymentId),
    approve: (paymentId) => change(paymentId, approved),
    decline: (paymentId, decline) => change(paymentId, (payment) => declinedByBank(payment, decline)),
    settle: (paymentId) => change(paymentId, settledNow),
    refund: (paymentId, amountMicros) =>
      change(paymentId, (payment, nowMicros) => refunded(payment, amountMicros, nowMicros)),
    dispute: (paymentId) => change(paymentId, disputed),
    win: (paymentId) => change(paymentId, won),
    async listPayments(accountId, page) {
      await settleDue(database)
      return listPayments(await database.pool(), accountId, page)
    },
    orderFault: (order) => orderFault(database, order),
    listFaults: () => listFaults(database),
    endFaults: () => endFaults(database),
  }
}
