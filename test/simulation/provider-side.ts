/** The provider of a history, with the actions of cardholders and banks, and its books. */
import type { PaymentProvider, ProviderName } from '../../src/payments/providers/provider.ts'
import type { SandboxDesk } from '../../src/payments/providers/sandbox/desk.ts'
import type { CallName } from '../../src/payments/providers/sandbox/faults.ts'
import { createSandboxProvider } from '../../src/payments/providers/sandbox/provider.ts'
import { createStripeProvider } from '../../src/payments/providers/stripe/provider.ts'
import type { Logger } from '../../src/platform/log.ts'
import { DOUBLE_KEY, type DoubleFault, startStripeDouble } from '../support/stripe-double/server.ts'
import type { LaneDatabase } from './lane-database.ts'
import { type BooksAtProvider, readSandboxBooks, readSandboxMarks } from './sight.ts'
import { CALL_MS } from './simulated-process.ts'
import type { BankAction, Fault } from './steps.ts'

export interface ProviderSide extends BooksAtProvider {
  readonly provider: PaymentProvider
  readonly desk: Pick<SandboxDesk, 'addTestCard'>
  /** Clears it for the next history. */
  begin(): Promise<void>
  orderFault(fault: Fault, call: CallName | null, times: number): Promise<void>
  endFaults(): Promise<void>
  /** Throws `NotPossible` if the payment's state does not allow the action. */
  carryOut(action: Exclude<BankAction, 'cancel'>, paymentId: string): Promise<void>
  close(): Promise<void>
}

const PART_MICROS = 3_000_000n

export function openProviderSide(name: ProviderName, database: LaneDatabase, log: Logger): Promise<ProviderSide> {
  return name === 'stripe' ? openStripe(database, log) : Promise.resolve(openSandbox(database, log))
}

function openSandbox(database: LaneDatabase, log: Logger): ProviderSide {
  const provider = createSandboxProvider({
    databaseUrl: database.sandboxUrl,
    log,
    deadlineMs: CALL_MS,
    now: database.nowMicros,
    connections: 8,
  })
  const { desk } = provider
  return {
    provider,
    desk,
    begin: async () => {},
    orderFault: (fault, call, timesLeft) => desk.orderFault({ fault, call, timesLeft, delayMs: null }),
    endFaults: () => desk.endFaults(),
    async carryOut(action, paymentId) {
      switch (action) {
        case 'decline':
          return void (await desk.decline(paymentId, null))
        case 'refund':
          return void (await desk.refund(paymentId, null))
        case 'refundPart':
          return void (await desk.refund(paymentId, PART_MICROS))
        default:
          return void (await desk[action](paymentId))
      }
    },
    books: () => readSandboxBooks(database),
    marks: () => readSandboxMarks(database),
    close: () => provider.close(),
  }
}

/** A lost answer is replaced by an error of Stripe here: a timeout would take real time. */
const FAULTS: Readonly<Record<Fault, DoubleFault>> = {
  down: 'rate_limited',
  timeout_before: 'error_before',
  timeout_after: 'error_after',
  twice: 'twice',
}

async function openStripe({ nowMicros }: LaneDatabase, log: Logger): Promise<ProviderSide> {
  const double = await startStripeDouble(nowMicros)
  const { bank } = double
  const provider = createStripeProvider({
    secretKey: DOUBLE_KEY,
    apiUrl: double.url,
    log,
    deadlineMs: CALL_MS,
    returnPage: () => 'https://api.example/return/payment',
  })
  return {
    provider,
    desk: {
      addTestCard: async ({ accountId, number, expiryMonth: month, expiryYear: year }) => ({
        kind: 'added',
        ...bank.addCard(accountId, number, { month, year }),
      }),
    },
    begin: async () => double.reset(),
    orderFault: async (fault, call, times) => double.orderFault({ fault: FAULTS[fault], call, times }),
    endFaults: async () => double.endFaults(),
    async carryOut(action, paymentId) {
      switch (action) {
        case 'approve':
          return bank.sendAndAuthenticate(paymentId, true)
        case 'decline':
          if (bank.statusOf(paymentId) === 'processing') return bank.settle(paymentId, true)
          return bank.sendAndAuthenticate(paymentId, false)
        case 'refund':
          return void bank.refund(paymentId, null)
        case 'refundPart':
          return void bank.refund(paymentId, PART_MICROS)
        case 'settle':
          return bank.settle(paymentId)
        case 'dispute':
          return void bank.dispute(paymentId)
        case 'win':
          return bank.win(paymentId)
      }
    },
    books: async () => bank.books(),
    marks: async () => bank.marks(),
    close: () => double.close(),
  }
}
