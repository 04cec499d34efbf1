/**
 * Plays a history on a lane: as many processes of the product's own code as it names, on a ledger and a provider with simulated
 * time. After each step the model checks both sides. At the end the faults stop, and time passes until everything settles: then
 * the books must agree to the cent, and no account may be stuck without a reason.
 */

import { adjustCredit } from '../../src/ledger/accounts/adjust-credit.ts'
import { applyAccounts } from '../../src/ledger/accounts/apply-accounts.ts'
import { CatalogStore } from '../../src/ledger/catalogs/catalogs.ts'
import { publishCatalog } from '../../src/ledger/catalogs/publish-catalog.ts'
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { saveAutoTopUp } from '../../src/ledger/top-ups/auto-top-up.ts'
import { removePaymentMethod } from '../../src/ledger/top-ups/payment-methods.ts'
import { recordPayment } from '../../src/ledger/top-ups/record-payment.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { sweepAutoTopUp } from '../../src/ledger/top-ups/sweep-auto-top-up.ts'
import { markAtProvider } from '../../src/payments/mark.ts'
import type { PaymentFacts, ProviderName } from '../../src/payments/providers/provider.ts'
import { ProviderDidNotAnswer } from '../../src/payments/providers/provider.ts'
import type { CallName } from '../../src/payments/providers/sandbox/faults.ts'
import { NotPossible } from '../../src/payments/providers/sandbox/payment.ts'
import { createLog, type Logger } from '../../src/platform/log.ts'
import { createPool } from '../../src/platform/postgres.ts'
import { consentTo, saveCard } from '../../testkit/auto-top-up.ts'
import { CATALOG_FILES, testAccount, testCatalog } from '../support/catalog.ts'
import { seedChance } from './chance.ts'
import { openLaneDatabase } from './lane-database.ts'
import { createModel, Finding } from './model.ts'
import { openProviderSide } from './provider-side.ts'
import { readBothSides, readRest, readTerms } from './sight.ts'
import { createSimulatedProcess, type Ran, type SimulatedProcess } from './simulated-process.ts'
import {
  ACCOUNTS,
  CARDS,
  type Card,
  type History,
  nameOf,
  PROCESSES,
  type Settings,
  type Step,
  type Stop,
  type Work,
} from './steps.ts'

export interface Played {
  /** Null: nothing was found. */
  readonly finding: { readonly name: string; readonly detail: string; readonly atStep: number } | null
  readonly tally: Tally
}

/** What happened, by name: `charges`, `declined: insufficient_funds`, ... */
export type Tally = Readonly<Record<string, number>>

export interface Player {
  play(history: History): Promise<Played>
  close(): Promise<void>
}

const ACTOR = 'history'
const MAX_TOP_UPS_PER_CLAIM = 8
/** Time stands still while processes settle: work that is due again at once, repeatedly, never settles. */
const MAX_ROUNDS = 60
const IDS = Array.from({ length: ACCOUNTS }, (_, account) => nameOf(account))
/**
 * After the faults have stopped: claims of dead processes end, debits are complete, and a declining card has declined three
 * times.
 */
const AFTERWARDS_SECONDS = [60, 1_000, 5_000, 105_000, 105_000, 300]

export async function openPlayer(server: string, providerName: ProviderName): Promise<Player> {
  const database = await openLaneDatabase(server)
  const complaints: { readonly message: string; readonly error: unknown }[] = []
  const log = listeningLog(complaints)
  const pool = createPool(database.ledgerUrl, createLog('silent'), 24)
  const side = await openProviderSide(providerName, database, log)
  const { provider } = side
  let announced = new Set<string>()
  const publishing: Writer['publishing'] = {
    encode(topic, record) {
      const { top_up_id, kind } = record as { top_up_id?: string; kind?: string }
      if (topic === 'credit.top-ups.v1') announced.add(`${top_up_id}/${kind}`)
      return Buffer.from('{}')
    },
    recordTopics: new Set(),
  }
  await publishCatalog(pool, {
    catalog: testCatalog(),
    files: new Map(Object.entries(CATALOG_FILES).map(([name, text]) => [name, Buffer.from(text)])),
    contentHash: 'histories',
    author: ACTOR,
    comment: '',
    inForceFrom: '2020-01-01T00:00:00Z',
  })
  await applyAccounts(
    { pool, publishing },
    new CatalogStore(),
    IDS.map((accountId) => testAccount({ accountId })),
    ACTOR,
  )
  await database.keepAsBeginning()

  return {
    play,
    async close() {
      await side.close()
      await pool.end()
      await database.close()
    },
  }

  async function play({ seed, beginsAtMs, steps }: History): Promise<Played> {
    seedChance(seed)
    await database.begin(beginsAtMs)
    await side.begin()
    announced = new Set()
    complaints.length = 0
    const model = createModel(IDS)
    const opened = new Set<number>()
    const processes: (SimulatedProcess | null)[] = Array.from({ length: PROCESSES }, () => null)
    const hungInStep = new Map<number, number>()
    /** Acts for people and usage. */
    const others: { process: SimulatedProcess | null } = { process: null }
    let started = 0
    let readFacts: ReadFacts[] = []
    const adjustments: { readonly accountId: string; readonly micros: bigint; readonly key: string }[] = []
    /** How many there were at the backup; null: there is no backup. */
    let backedUp: number | null = null
    const tally: Record<string, number> = {}
    const count = (what: string, by = 1) => {
      tally[what] = (tally[what] ?? 0) + by
    }
    let at = 0

    try {
      for (const [i, step] of steps.entries()) {
        at = i
        count('steps')
        if ('account' in step && step.kind !== 'open' && !opened.has(step.account)) continue
        await take(step)
        await look(step.kind === 'resume')
      }
      await settleEverything()
      return { finding: null, tally: await summary() }
    } catch (error) {
      const { name, message } = error as Error
      const isFound = error instanceof Finding
      const detail = isFound ? message : ((error as Error).stack ?? String(error))
      return { finding: { name: isFound ? name : 'fault', detail, atStep: at }, tally: await summary() }
    } finally {
      others.process?.die()
      for (const process of processes) process?.die()
    }

    /** `isLater`: a process continued that had hung since an earlier step. */
    async function look(isLater: boolean): Promise<void> {
      const [complaint] = complaints
      if (complaint !== undefined) {
        const { stack = String(complaint.error) } = (complaint.error ?? {}) as Error
        throw new Finding('fault', `${complaint.message}: ${stack}`)
      }
      const since = isLater ? Math.min(at, ...hungInStep.values()) : at
      if (isLater) hungInStep.clear()
      model.look(at, since, await readBothSides(database, side))
    }

    async function take(step: Step): Promise<void> {
      switch (step.kind) {
        case 'open': {
          const accountId = nameOf(step.account)
          opened.add(step.account)
          await adjust(accountId, step.cents, null)
          await changeCard(accountId, step.card, null)
          await save(accountId, step.settings, null)
          return
        }
        case 'adjust':
          return await adjust(nameOf(step.account), step.cents, step.stop)
        case 'save':
          return await save(nameOf(step.account), step.settings, step.stop)
        case 'card':
          return await changeCard(nameOf(step.account), step.card, step.stop)
        case 'removeCard':
          return await removeCard(nameOf(step.account), step.stop)
        case 'manualTopUp':
          return await requestManualTopUp(nameOf(step.account), step.cents, step.stop)
        case 'settle':
          await Promise.all(step.by.map((work) => settle(work, step.isEager)))
          return
        case 'tend':
          return await byProcess(step.by, (process) => tend(process, step.task))
        case 'resume':
          await resume()
          return
        case 'pass':
          return await database.pass(step.seconds)
        case 'fault': {
          const call = step.call as CallName | null
          return await side.orderFault(step.fault, call, step.times)
        }
        case 'webhook': {
          const paymentId = await pickPayment(step)
          if (paymentId === null) return
          const once = async (process: SimulatedProcess) => {
            const askedAtMs = Date.now()
            const answer = await process.provider.readPayment(paymentId)
            if (answer.kind === 'facts') await record(process, { facts: answer.facts, askedAtMs })
          }
          const second = { process: (step.by.process + 1) % PROCESSES, stop: null }
          if (step.isAtOnce && step.times > 1) {
            await Promise.all([byProcess(step.by, once), byProcess(second, once)])
          } else {
            await byProcess(step.by, once)
            if (step.times > 1) await byProcess(second, once)
          }
          return
        }
        case 'read': {
          const paymentId = await pickPayment(step)
          const answer = paymentId === null ? null : await provider.readPayment(paymentId)
          if (answer?.kind === 'facts') readFacts.push({ facts: answer.facts, askedAtMs: Date.now() })
          return
        }
        case 'record': {
          const chosen = readFacts[Math.floor(step.pick * readFacts.length)]
          if (chosen === undefined) return
          if (!step.isKept) readFacts = readFacts.filter((one) => one !== chosen)
          return await byProcess(step.by, (process) => record(process, chosen))
        }
        case 'atBank': {
          const paymentId = await pickPayment(step)
          if (paymentId === null) return
          try {
            await atBank(paymentId, step.action)
            count(step.action)
          } catch (error) {
            if (!(error instanceof NotPossible)) throw error
          }
          return
        }
        case 'backUp':
          await database.backUp()
          backedUp = adjustments.length
          return model.backedUp()
        case 'restore':
          return await restore(step.isRestart)
      }
    }

    /** Actions of people and usage are repeated, under their keys, if the process died during them. */
    async function perform<T>(stop: Stop | null, work: (writer: Writer) => Promise<T>): Promise<T> {
      for (let wanted = stop; ; wanted = null) {
        others.process ??= start()
        const { process } = others
        const ran = await process.run(wanted, () => work(process.writer))
        if (ran.did === 'finish') return ran.result
        count('crashes')
        process.die()
        others.process = null
      }
    }

    async function adjust(accountId: string, cents: number, stop: Stop | null): Promise<void> {
      const micros = BigInt(cents) * 10_000n
      const key = `adjustment-${adjustments.length}`
      adjustments.push({ accountId, micros, key })
      await perform(stop, (writer) => adjustUnderKey(writer, accountId, micros, key))
      model.adjusted(accountId, micros)
    }

    async function save(accountId: string, settings: Settings, stop: Stop | null): Promise<void> {
      const { methodId } = await readTerms(database, accountId)
      const wanted = inMicros(settings)
      const consent = consentTo(wanted, methodId, ACTOR)
      const saved = await perform(stop, (writer) =>
        saveAutoTopUp(writer, accountId, { settings: wanted, consent, actor: ACTOR }, null),
      )
      if ('answer' in saved) model.saved(accountId, settings)
      else if (saved.refused !== 'needs_another_method') throw new Finding('refused', JSON.stringify(saved.refused))
    }

    async function changeCard(accountId: string, card: Card, stop: Stop | null): Promise<void> {
      const { settings } = await readTerms(database, accountId)
      const consent = (methodId: string) => (settings?.isOn ? consentTo(inMicros(settings), methodId, ACTOR) : null)
      await perform(stop, (writer) =>
        saveCard(writer, side.desk, { accountId, number: CARDS[card], consent, actor: ACTOR, provider: provider.name }),
      )
      model.hasCard(accountId, (await readTerms(database, accountId)).providerMethodId)
    }

    async function removeCard(accountId: string, stop: Stop | null): Promise<void> {
      const { methodId } = await readTerms(database, accountId)
      if (methodId === null) return
      await perform(stop, (writer) => removePaymentMethod(writer, { accountId, methodId, actor: ACTOR }))
      model.hasCard(accountId, null)
    }

    async function requestManualTopUp(accountId: string, cents: number, stop: Stop | null): Promise<void> {
      const key = `by-hand-${at}`
      const wanted = { accountId, amountMicros: BigInt(cents) * 10_000n, methodId: null, actor: ACTOR }
      const requested = await perform(stop, (writer) => requestTopUp(writer, wanted, key))
      if ('refused' in requested && requested.refused !== 'no_method') {
        throw new Finding('refused', JSON.stringify(requested.refused))
      }
    }

    async function settle({ process: index, stop }: Work, isEager: boolean): Promise<void> {
      // A hanging process has no other work, so that none of it continues meanwhile.
      const limit = stop?.does === 'hangs' ? 1 : MAX_TOP_UPS_PER_CLAIM
      await byProcess({ process: index, stop }, async (process) => {
        if (!isEager && !(await process.reconciler.isDone())) await ignoreNoAnswer(process.reconciler.run())
        for (let round = 0; round < MAX_ROUNDS; round++) {
          const turns = await process.claimAndAdvance(limit)
          if (turns.length === 0) return
          await Promise.all(turns)
        }
        throw new Finding('never_settles', `after ${MAX_ROUNDS} rounds top-ups are due still`)
      })
    }

    async function byProcess({ process: index, stop }: Work, work: (process: SimulatedProcess) => Promise<void>) {
      processes[index] ??= start()
      const process = processes[index]
      if (process.isHung()) return
      const ran: Ran<void> = await process.run(stop, () => work(process))
      if (ran.did === 'finish') return
      count(ran.did === 'die' ? 'crashes' : 'hangs')
      if (ran.did === 'die') processes[index] = null
      else hungInStep.set(index, at)
    }

    async function resume(): Promise<void> {
      await Promise.all(processes.map((process) => (process?.isHung() ? process.resume() : null)))
    }

    /** A hanging process has started work that the ledger forgets, and nobody can tell: it ends in any case. */
    async function restore(isRestart: boolean): Promise<void> {
      if (backedUp === null) return
      count('restores')
      for (const [index, process] of processes.entries()) {
        if (!isRestart && !process?.isHung()) continue
        process?.die()
        processes[index] = null
      }
      hungInStep.clear()
      others.process?.die()
      others.process = null
      readFacts = []
      await database.restore()
      for (const { accountId, micros, key } of adjustments.slice(backedUp)) {
        await perform(null, (writer) => adjustUnderKey(writer, accountId, micros, key))
      }
      model.restored(await readBothSides(database, side))
    }

    async function pickPayment({ account, pick }: { account: number; pick: number }): Promise<string | null> {
      const payments = (await side.books()).filter(({ accountId }) => accountId === nameOf(account))
      return payments[Math.min(payments.length - 1, Math.floor(pick * payments.length))]?.paymentId ?? null
    }

    async function atBank(paymentId: string, action: Extract<Step, { kind: 'atBank' }>['action']): Promise<void> {
      // As a person does at the provider's dashboard.
      if (action === 'cancel') await provider.cancel(paymentId)
      else await side.carryOut(action, paymentId)
    }

    /** A new process knows nothing of the one before. */
    function start(): SimulatedProcess {
      return createSimulatedProcess({ pool, provider, publishing, log, holder: `process-${started++}` })
    }

    async function settleEverything(): Promise<void> {
      await side.endFaults()
      at++
      await resume()
      await look(true)
      for (const seconds of AFTERWARDS_SECONDS) {
        at++
        await database.pass(seconds)
        await byProcess({ process: 0, stop: null }, (process) => tend(process, 'all'))
        await Promise.all([0, 1].map((process) => settle({ process, stop: null }, false)))
        await look(false)
      }
      at++
      await byProcess({ process: 0, stop: null }, (process) => tend(process, 'all'))
      await look(false)
      model.checkEnd(await readBothSides(database, side), (await readRest(database)).filter(isOpened), announced)
    }

    function isOpened({ accountId }: { accountId: string }): boolean {
      return [...opened].some((account) => nameOf(account) === accountId)
    }

    async function summary(): Promise<Tally> {
      const { payments } = await readBothSides(database, side)
      for (const { state, declineCode, isReturned, chargedMicros } of payments) {
        count('payments')
        if (chargedMicros > 0n) count('charges')
        if (isReturned) count('refunded or disputed')
        if (state === 'declined') count(`declined: ${declineCode}`)
      }
      return tally
    }
  }
}

async function adjustUnderKey(writer: Writer, accountId: string, amountMicros: bigint, key: string): Promise<void> {
  const adjusted = await adjustCredit(writer, { accountId, amountMicros, actor: ACTOR, reason: 'history' }, key)
  if ('refused' in adjusted) throw new Finding('refused', adjusted.refused)
}

interface ReadFacts {
  readonly facts: PaymentFacts
  readonly askedAtMs: number
}

async function record({ writer, provider }: SimulatedProcess, { facts, askedAtMs }: ReadFacts): Promise<void> {
  const recorded = await recordPayment(writer, provider.name, facts, { chance: Math.random(), askedAtMs })
  if (!('posted' in recorded || 'tooOld' in recorded))
    throw new Finding('refused', `${facts.paymentId}: ${Object.keys(recorded)[0]}`)
}

/** The periodic work of the role. */
async function tend(process: SimulatedProcess, task: 'list' | 'sweep' | 'mark' | 'all'): Promise<void> {
  const { writer, provider } = process
  if (task === 'list' || task === 'all') await ignoreNoAnswer(process.reconciler.run())
  if (task === 'sweep' || task === 'all') await sweepAutoTopUp(writer)
  if (task === 'mark' || task === 'all') await ignoreNoAnswer(markAtProvider(writer, provider, createLog('silent')))
}

/** The jobs are run again later. */
async function ignoreNoAnswer(job: Promise<unknown>): Promise<void> {
  await job.catch((error: unknown) => {
    if (!(error instanceof ProviderDidNotAnswer)) throw error
  })
}

function inMicros({ isOn, thresholdCents, amountCents, capCents }: Settings) {
  return {
    isOn,
    thresholdMicros: BigInt(thresholdCents) * 10_000n,
    amountMicros: BigInt(amountCents) * 10_000n,
    monthlyCapMicros: capCents === null ? null : BigInt(capCents) * 10_000n,
  }
}

/**
 * An error logged by the product is a fault of the product: nothing else fails here, except in processes that are dead by then.
 */
function listeningLog(complaints: { message: string; error: unknown }[]): Logger {
  const nobody = () => {}
  return {
    trace: nobody,
    debug: nobody,
    info: nobody,
    warn: nobody,
    error: ({ err, ...about }: Record<string, unknown>, message: string) =>
      complaints.push({ message: `${message} ${JSON.stringify(about)}`, error: err }),
    fatal: nobody,
  } as unknown as Logger
}
