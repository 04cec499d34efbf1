/**
 * Payments processes, killed at a requested step of a charge and restarted as by a supervisor. A gate stops all of them at a
 * step: a transaction that would bring a top-up or a payment to some state waits while the gate of that state is shut. What the
 * killed process held is examined after its death.
 *
 * Claims of dead processes are released at once; normally that takes three quarters of a minute.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { type Serve, startServe } from '../../stack/serve.ts'
import type { Random } from '../../testkit/random.ts'
import { until } from '../../testkit/until.ts'
import { type Gates, openGates } from './gates.ts'
import type { TestInstallation } from './installation.ts'
import type { GatedProvider } from './killed-provider.ts'

/** The steps of a charge, in order. */
export const STEPS = [
  'nothing prepared',
  'prepared, its id not stored',
  'its id stored, not begun to charge',
  'begun to charge, not charged',
  'charged, the answer on its way',
  'answered, not recorded',
  'recorded',
] as const
export type Step = (typeof STEPS)[number]

/** Kills any process that holds a top-up. */
const AT_RANDOM = 'at random'
const MAX_MS_TO_RANDOM_KILL = 500
const MAX_KILLS_PER_STEP = 5
/** How long a confirmation is in flight, between charged and answered. */
const ANSWERS_AFTER_MS = 400
/** The same if a process is to be killed in between: longer than finding and killing it takes, even on a busy machine. */
const ANSWERS_AFTER_KILL_MS = 3_000

type Side = 'ledger' | 'provider'

/** The state entered next, by step. */
const GATES: Readonly<Record<Step, readonly [Side, state: string]>> = {
  'nothing prepared': ['provider', 'unconfirmed'],
  'prepared, its id not stored': ['ledger', 'prepared'],
  'its id stored, not begun to charge': ['ledger', 'charging'],
  'begun to charge, not charged': ['provider', 'succeeded'],
  'charged, the answer on its way': ['ledger', 'succeeded'],
  'answered, not recorded': ['ledger', 'succeeded'],
  // Opened again before the kill.
  recorded: ['ledger', 'succeeded'],
}

/** A claim is held by the process's id, a space, and an id of its own. */
const CLAIMING_PROCESS = `split_part(claimed_by, ' ', 1)`

interface Process {
  readonly instanceId: string
  readonly serve: Serve
}

/** A claimed top-up, and the provider's state of its payment; null: it has none yet. */
interface HeldTopUp {
  readonly topUpId: string
  readonly holder: string
  readonly state: string
  readonly payment: string | null
}

export interface Killed {
  /** The top-up for which it was killed, as found afterwards. */
  readonly step: Step | 'another'
  /** Everything it held: the state here / the one at the provider. */
  readonly held: readonly string[]
}

export interface Fleet {
  /**
   * Kills a process at the next step of a round over all of them and one random kill, and starts another. A process may be past
   * its step before the signal arrives: then the next one is killed for that step, a few times at most.
   */
  killNext(): Promise<Killed[]>
  /** Whether it waits for a charge to kill at: accounts may be charged only a few times a day, so usage is produced only then. */
  isWaiting(): boolean
  stop(): Promise<void>
}

/** The provider is running already. */
export async function startFleet(
  { config, environment }: TestInstallation,
  provider: GatedProvider,
  processes: number,
  random: Random,
): Promise<Fleet> {
  const ledger = new pg.Client({ connectionString: config.database.url })
  await ledger.connect()
  const gates: Readonly<Record<Side, Gates>> = {
    ledger: await openGates(ledger, 'tollgate.top_ups'),
    provider: provider.gates,
  }
  await provider.answerAfter(ANSWERS_AFTER_MS)
  const fleet = await Promise.all(Array.from({ length: processes }, start))
  let round: (Step | typeof AT_RANDOM)[] = []
  let isWaiting = false

  return {
    async killNext() {
      if (round.length === 0) round = shuffled([...STEPS, AT_RANDOM])
      const next = round.pop()!
      if (next === AT_RANDOM) return [await killAtRandom()]
      if (next !== 'charged, the answer on its way') return await killUntilAt(next)
      await provider.answerAfter(ANSWERS_AFTER_KILL_MS)
      try {
        return await killUntilAt(next)
      } finally {
        await provider.answerAfter(ANSWERS_AFTER_MS)
      }
    },
    isWaiting: () => isWaiting,
    async stop() {
      await Promise.all(fleet.map(({ serve }) => serve.stop()))
      await ledger.end()
    },
  }

  async function start(): Promise<Process> {
    const instanceId = `payments-${randomUUID()}`
    const own = { TOLLGATE_ROLES: 'payments', TOLLGATE_INSTANCE_ID: instanceId }
    return { instanceId, serve: await startServe({ ...environment, ...own }) }
  }

  async function killUntilAt(step: Step): Promise<Killed[]> {
    const killed = [await killAt(step)]
    while (killed.at(-1)!.step !== step && killed.length < MAX_KILLS_PER_STEP) killed.push(await killAt(step))
    return killed
  }

  async function killAt(step: Step): Promise<Killed> {
    const [side, state] = GATES[step]
    await gates[side].shut(state)
    let isShut = true
    const open = async () => {
      if (isShut) await gates[side].open(state)
      isShut = false
    }
    try {
      const isAtStep = async () => {
        const isReached = await gates[side].isReached(state)
        if (step !== 'charged, the answer on its way') return isReached
        // An answer that was not seen on its way is let through, so that the next one can be.
        if (isReached) {
          await gates[side].open(state)
          await gates[side].shut(state)
        }
        return !isReached
      }
      const stepBefore = step === 'recorded' ? 'answered, not recorded' : step
      const victim = await untilHeld(step, async (one) => (await isAtStep()) && (await stepOf(one)) === stepBefore)
      if (step === 'recorded') {
        await open()
        await until('the answer is recorded', async () => (await readState(victim.topUpId)) === 'succeeded')
      }
      return await kill(victim, open)
    } finally {
      await open()
    }
  }

  async function killAtRandom(): Promise<Killed> {
    await delay(random.whole(MAX_MS_TO_RANDOM_KILL))
    return await kill(await untilHeld(AT_RANDOM, async () => true), async () => {})
  }

  async function untilHeld(what: string, matches: (one: HeldTopUp) => Promise<boolean>): Promise<HeldTopUp> {
    let found: HeldTopUp | undefined
    isWaiting = true
    await until(`a payments process holds a top-up: ${what}`, async () => {
      const holders = fleet.map(({ instanceId }) => instanceId)
      for (const one of await readHeld(holders)) {
        if (await matches(one)) {
          found = one
          return true
        }
      }
      return false
    }).finally(() => {
      isWaiting = false
    })
    return found!
  }

  /** Examines what is left after the death, before the gate opens for what the process has sent. */
  async function kill(victim: HeldTopUp, openGate: () => Promise<void>): Promise<Killed> {
    const at = fleet.findIndex(({ instanceId }) => instanceId === victim.holder)
    const { instanceId, serve } = fleet[at]!
    await serve.stop('SIGKILL')
    const held = await readHeld([instanceId])
    const left = held.find(({ topUpId }) => topUpId === victim.topUpId)
    const isRecorded = left === undefined && (await readState(victim.topUpId)) === 'succeeded'
    const step = isRecorded ? 'recorded' : left === undefined ? 'another' : await stepOf(left)
    await openGate()
    await ledger.query(
      `update tollgate.top_ups set claimed_until = clock_timestamp()
        where ${CLAIMING_PROCESS} = $1 and claimed_until > clock_timestamp()`,
      [instanceId],
    )
    fleet[at] = await start()
    return { step, held: held.map(({ state, payment }) => `${state}/${payment ?? 'none'}`) }
  }

  async function stepOf({ state, payment }: HeldTopUp): Promise<Step | 'another'> {
    switch (`${state}/${payment ?? 'none'}`) {
      case 'requested/none':
        return 'nothing prepared'
      case 'requested/unconfirmed':
        return 'prepared, its id not stored'
      case 'prepared/unconfirmed':
        return 'its id stored, not begun to charge'
      case 'charging/unconfirmed':
        return 'begun to charge, not charged'
      case 'charging/succeeded':
        // A connection of the dead process keeps waiting too.
        return (await gates.ledger.isReached('succeeded')) ? 'answered, not recorded' : 'charged, the answer on its way'
      default:
        return 'another'
    }
  }

  async function readState(topUpId: string): Promise<string | undefined> {
    const { rows } = await ledger.query<{ state: string }>('select state from tollgate.top_ups where top_up_id = $1', [
      topUpId,
    ])
    return rows[0]?.state
  }

  /** The furthest first. A payment without a stored id was prepared since the claim. */
  async function readHeld(holders: readonly string[]): Promise<HeldTopUp[]> {
    const { rows: claimed } = await ledger.query<{
      top_up_id: string
      state: string
      process: string
      payment_id: string | null
      claimed_at: string
    }>(
      `select top_up_id, state, ${CLAIMING_PROCESS} as process, payment_id, (claimed_until - interval '45 seconds')::text as claimed_at
         from tollgate.top_ups
        where ${CLAIMING_PROCESS} = any($1) and claimed_until > clock_timestamp()
        order by confirmed_at nulls last, claimed_until`,
      [holders],
    )
    const states = await provider.statesOf(
      claimed.map(({ top_up_id: topUpId, payment_id: paymentId, claimed_at: claimedAt }) => {
        return { topUpId, paymentId, claimedAt }
      }),
    )
    return claimed.map((row) => {
      const { top_up_id: topUpId, process: holder, state } = row
      return { topUpId, holder, state, payment: states.get(topUpId) ?? null }
    })
  }

  function shuffled<T>(all: readonly T[]): T[] {
    return all
      .map((one) => ({ one, place: random.fraction() }))
      .toSorted((a, b) => a.place - b.place)
      .map(({ one }) => one)
  }
}
