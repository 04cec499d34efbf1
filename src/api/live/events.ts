/** The events of a stream: their schemas for the OpenAPI document, and how they are written. */
import { z } from 'zod'
import { BLOCKED_WITHOUT_CREDIT } from '../../core/account/state.ts'
import { formatInstant } from '../../core/instant.ts'
import type { LatestTopUp } from '../../ledger/top-ups/latest-top-ups.ts'
import type { Caller } from '../access/permissions.ts'
import { AccountId } from '../protocol/schemas.ts'
import { Balance, balanceJson, Epoch } from '../views/balance-view.ts'
import { Notices } from '../views/notice-views.ts'
import { TopUp, topUpJson } from '../views/top-up-views.ts'
import type { LiveFacts, Place } from './facts.ts'
import { MAX_TOP_UPS } from './reader.ts'

const Version = z.int().meta({ description: 'Drop events that are not newer by (epoch, version).' })

const LiveSettings = z.object({ account_id: AccountId, epoch: Epoch, version: Version }).meta({
  id: 'LiveSettings',
  description: 'Alert levels, automatic top-up, contacts or the plan changed: read them again.',
})

const LiveTopUps = z
  .object({
    account_id: AccountId,
    epoch: Epoch,
    version: Version,
    items: z.array(TopUp).meta({
      description: `Top-ups that are open, and those that have changed since the previous event of this kind. All others are unchanged. It has at most ${MAX_TOP_UPS}: if it has that many after a reconnect, list the top-ups again.`,
    }),
  })
  .meta({ id: 'LiveTopUps' })

const LiveEnd = z
  .object({
    reason: z.string().meta({
      description:
        'stopping: connect again. credential_ended: connect again with another credential. account_gone: the account no longer exists. New values may be added.',
    }),
  })
  .meta({ id: 'LiveEnd', description: 'The last event of a stream that the server ends.' })

function event<Name extends string, Data extends z.ZodType>(name: Name, data: Data) {
  return z.object({ event: z.literal(name), id: z.string(), data })
}

/** Every event that a stream may send. */
export const LiveEvent = z
  .union([
    event('balance', Balance),
    event('settings', LiveSettings),
    event('top_ups', LiveTopUps),
    event('notices', Notices),
    z.object({ event: z.literal('end'), data: LiveEnd }),
  ])
  .meta({ id: 'LiveEvent', description: 'One event: `event:`, `id:` and `data:`, which is JSON.' })

/** Why a stream ended. The first three are sent to the client as `end`. */
export type EndReason = 'stopping' | 'credential_ended' | 'account_gone' | 'too_slow' | 'client_gone'

/** Data of the event `balance`. */
export function balanceData(accountId: string, { balance, status }: LiveFacts): string {
  return JSON.stringify(
    balanceJson({
      accountId,
      currency: balance.currency,
      epoch: balance.epoch,
      balanceMicros: balance.balanceMicros,
      balanceVersion: balance.version,
      lastSequence: balance.lastSequence!,
      status: status.status,
      blocked: status.status === 'blocked' ? BLOCKED_WITHOUT_CREDIT : [],
      statusSince: formatInstant(status.sinceMicros),
    }),
  )
}

/** Data of the event `settings`. */
export function settingsData(accountId: string, { epoch, version }: Place): string {
  const data: z.output<typeof LiveSettings> = { account_id: accountId, epoch, version: Number(version) }
  return JSON.stringify(data)
}

/**
 * Data of the event `top_ups`: all open top-ups, and as many others of `latest` as there were steps.
 * `steps` is how many changes the client has missed; null if it knows nothing of this series.
 */
export function topUpsData(
  accountId: string,
  caller: Caller,
  { epoch, version }: Place,
  latest: readonly LatestTopUp[],
  steps: number | null,
): string {
  // A step changes one top-up at most, so n steps are covered by the n top-ups that changed last.
  let others = Math.min(steps ?? latest.length, latest.length)
  const chosen = latest.filter(({ isOpen }) => isOpen || others-- > 0)
  const data: z.output<typeof LiveTopUps> = {
    account_id: accountId,
    epoch,
    version: Number(version),
    items: chosen.map(({ topUp }) => topUpJson(caller, topUp)),
  }
  return JSON.stringify(data)
}

/** An event in the wire format. `data` must be one line, as JSON is. */
export function eventText(event: string, data: string, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`
}
