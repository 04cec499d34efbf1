/**
 * The view's keys in Redis. All keys of a shard have its number as their hash tag, so that a cluster keeps them on one
 * node and a script call may cover many accounts.
 *
 *   tollgate:{2}:state                     hash with the fields below
 *   tollgate:{2}:heartbeat                 `generation run-id` while the view may be trusted; expires
 *   tollgate:{2}:rebuild                   generation of the running rebuild; expires when it dies
 *   tollgate:{2}:account:acme              `generation;part;part...`, parts sorted by name as in src/view/changes.ts
 *   tollgate:{2}:fair-use:<cycle>:acme     hash of user to `generation;minutes`; expires after the cycle
 *
 * and two channels: `tollgate:{2}:changes:0` carries the newer parts as `account<tab>part;part...`, one line per account,
 * and `tollgate:{2}:beats:0` carries with each heartbeat the generation that it vouches for. Keys belong to one database
 * of the server, but channels to all of them. So a channel ends with the number of its database; otherwise an
 * installation would hear of the accounts of another.
 *
 * Fields of the state: the `generation` that is written, `built` once a rebuild of it is complete (with the number of
 * its content), the `server` that it is built on, and `leader`, the token of the leader who may vouch.
 *
 * A rebuild deletes nothing. It begins a new generation, and values of any other generation count as absent. So wrong
 * values, and accounts that the database does not have, cannot be read.
 */
import { shardOf } from '../outbox/messages.ts'

export interface ShardKeys {
  readonly prefix: string
  readonly state: string
  readonly heartbeat: string
  readonly rebuild: string
}

/** The keys of a shard. */
export function keysOf(shard: number): ShardKeys {
  const prefix = `tollgate:{${shard}}:`
  return { prefix, state: `${prefix}state`, heartbeat: `${prefix}heartbeat`, rebuild: `${prefix}rebuild` }
}

export interface ShardChannels {
  readonly changes: string
  readonly beats: string
}

/** The channels of a shard in a database of Redis. */
export function channelsOf(shard: number, database: number): ShardChannels {
  const { prefix } = keysOf(shard)
  return { changes: `${prefix}changes:${database}`, beats: `${prefix}beats:${database}` }
}

/** The shard of an account; the same as in the outbox. */
export function shardOfAccount(accountId: string): number {
  return shardOf(Buffer.from(accountId))
}
