/**
 * The view's keys in Redis. All keys of a shard carry its number as their hash tag, so that a cluster keeps them on one
 * node and one script call may take many accounts.
 *
 *   tollgate:{2}:state                     what the shard's view is: hash of the fields below
 *   tollgate:{2}:heartbeat                 `generation run-id`, while the view may be trusted; expires by itself
 *   tollgate:{2}:rebuild                   generation of the rebuild at work; expires when it stops
 *   tollgate:{2}:account:acme              `generation;part;part...`, parts as src/view/changes.ts has them, by name
 *   tollgate:{2}:fair-use:<cycle>:acme     hash of user to `generation;minutes`; expires after the cycle
 *
 * and two channels: `tollgate:{2}:changes`, on which `account<tab>part;part...` says what was newer, a line an account, and
 * `tollgate:{2}:beats`, on which each heartbeat says which generation it vouches for.
 *
 * The state's fields: `generation` that is written, `built` once a rebuild of it is complete (with the number of what it
 * writes), the `server` it is built on, and `leader`, the token of who may vouch.
 *
 * A rebuild does not delete what is there. It begins a new generation, and what carries another one counts as not there:
 * so wrong values and accounts that the database does not know cannot be read, and none is overlooked.
 */
import { shardOf } from '../outbox/messages.ts'

export interface ShardKeys {
  readonly prefix: string
  readonly state: string
  readonly heartbeat: string
  readonly rebuild: string
}

export function keysOf(shard: number): ShardKeys {
  const prefix = `tollgate:{${shard}}:`
  return { prefix, state: `${prefix}state`, heartbeat: `${prefix}heartbeat`, rebuild: `${prefix}rebuild` }
}

export interface ShardChannels {
  readonly changes: string
  readonly beats: string
}

export function channelsOf(shard: number): ShardChannels {
  const { prefix } = keysOf(shard)
  return { changes: `${prefix}changes`, beats: `${prefix}beats` }
}

export function shardOfAccount(accountId: string): number {
  return shardOf(Buffer.from(accountId))
}
