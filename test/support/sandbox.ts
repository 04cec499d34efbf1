/** The sandbox of an installation, as its payments processes use it, with the actions of cardholders and banks. */

import { randomUUID } from 'node:crypto'
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { recordPayment } from '../../src/ledger/top-ups/record-payment.ts'
import { openSandboxDatabase, sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import { createDesk, type SandboxDesk } from '../../src/payments/providers/sandbox/desk.ts'
import { createSandboxProvider } from '../../src/payments/providers/sandbox/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import { readNow } from './charges.ts'
import type { TestInstallation } from './installation.ts'
import { onServer } from './on-server.ts'

export interface TestSandbox {
  readonly desk: SandboxDesk
  /** Closes it, and drops its database: only after the processes that use it have ended. */
  drop(): Promise<void>
}

export function openTestSandbox({ config }: Pick<TestInstallation, 'config'>): TestSandbox {
  const databaseUrl = sandboxDatabaseUrl(config.database.url)
  const database = openSandboxDatabase({ databaseUrl, log: createLog('silent'), connections: 2 })
  return { desk: createDesk(database), drop }

  async function drop(): Promise<void> {
    await database.close()
    await dropSandbox(databaseUrl)
  }
}

/**
 * Records a manual payment of 50.00 that nobody here requested; then 20.00 of it are refunded, the rest is disputed, and the
 * dispute is won: one movement each.
 */
export async function recordReturnedPayment(writer: Writer, ledgerUrl: string, accountId: string): Promise<void> {
  const databaseUrl = sandboxDatabaseUrl(ledgerUrl)
  await using provider = disposable(
    createSandboxProvider({ databaseUrl, log: createLog('silent'), deadlineMs: 20_000, connections: 1 }),
  )
  const { desk } = provider
  const added = await desk.addTestCard({ accountId, number: '4242424242424242', expiryMonth: 12, expiryYear: 2040 })
  if (added.kind !== 'added') throw new Error(added.detail)
  const attemptId = randomUUID()
  const prepared = await provider.prepare({
    attemptId,
    topUpId: randomUUID(),
    accountId,
    customerId: added.customerId,
    providerMethodId: added.method.providerMethodId,
    amountMicros: 50_000_000n,
    currency: 'EUR',
    isOffSession: false,
  })
  if (prepared.kind !== 'facts') throw new Error(prepared.detail)
  const { paymentId } = prepared.facts
  for (const step of [
    () => provider.confirm(paymentId, attemptId),
    () => desk.refund(paymentId, 20_000_000n),
    () => desk.dispute(paymentId),
    () => desk.win(paymentId),
  ]) {
    await step()
    const read = await provider.readPayment(paymentId)
    if (read.kind !== 'facts') throw new Error(read.detail)
    await recordPayment(writer, provider.name, read.facts, readNow())
  }
}

function disposable<T extends { close(): Promise<void> }>(of: T): T & AsyncDisposable {
  return { ...of, [Symbol.asyncDispose]: () => of.close() }
}

/** The sandbox's database is beside the ledger's, and is not dropped with it. */
export async function dropSandbox(databaseUrl: string): Promise<void> {
  const server = new URL(databaseUrl)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await onServer(server.href, `drop database if exists ${name} with (force)`)
}
