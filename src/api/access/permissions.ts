/**
 * Who may do what, decided from the caller and the permission that a route names, and nothing else. An account that a
 * caller may not see is hidden: the answer is the same as for one that does not exist.
 *
 * | permission      | for                                              | admin | member | operator | key with scope  |
 * | --------------- | ------------------------------------------------ | ----- | ------ | -------- | --------------- |
 * | read            | an account, its credit and what used it          | own   | own    | all      | read            |
 * | write           | what a customer may set: alerts, auto top-up ... | own   |        | all      | write           |
 * | pay             | adding credit                                    | own   |        | all      | pay             |
 * | export          | all movements as a file, with numbers in full    | own   |        | all      | export          |
 * | portal_sessions | opening the billing page in a person's name      |       |        | all      | portal_sessions |
 * | accounts        | creating, listing and closing accounts; plans    |       |        | all      | accounts        |
 * | adjust          | adjusting credit                                 |       |        | all      | adjust          |
 * | catalogs        | publishing catalogs                              |       |        | all      | catalogs        |
 * | dead_letters    | looking at dead letters, replaying them          |       |        | all      | dead_letters    |
 * | api_keys        | creating, rotating and revoking keys             |       |        | all      | api_keys        |
 */
import type { InstantMicros } from '../../core/instant.ts'

export const PERMISSIONS = [
  'read',
  'write',
  'pay',
  'export',
  'portal_sessions',
  'accounts',
  'adjust',
  'catalogs',
  'dead_letters',
  'api_keys',
] as const
export type Permission = (typeof PERMISSIONS)[number]

/** The roles that a person may have in an account. */
export const PERSON_ROLES = ['admin', 'member'] as const
export type PersonRole = (typeof PERSON_ROLES)[number]

export type Caller = CallerKind & {
  /** When the caller's credential expires; absent if it does not expire by time. */
  readonly untilMicros?: InstantMicros
}

type CallerKind =
  /** A service, by its API key. */
  | {
      readonly kind: 'key'
      readonly keyId: string
      readonly name: string
      readonly scopes: ReadonlySet<Permission>
      /** Null: all accounts. */
      readonly accountIds: ReadonlySet<string> | null
    }
  /** A person of one account, by a token of the dashboard or a session of the billing page. */
  | { readonly kind: 'person'; readonly subject: string; readonly accountId: string; readonly role: PersonRole }
  | { readonly kind: 'operator'; readonly subject: string }

const ADMIN: ReadonlySet<Permission> = new Set(['read', 'write', 'pay', 'export'])
const MEMBER: ReadonlySet<Permission> = new Set(['read'])

/** `hidden`: the account is one that the caller may not know of. */
export type Access = 'allowed' | 'forbidden' | 'hidden'

/** Whether the caller has the permission on an account; `accountId` is null for routes about the whole installation. */
export function accessOf(caller: Caller, permission: Permission, accountId: string | null): Access {
  switch (caller.kind) {
    case 'operator':
      return 'allowed'
    case 'person':
      if (accountId !== null && accountId !== caller.accountId) return 'hidden'
      return accountId !== null && (caller.role === 'admin' ? ADMIN : MEMBER).has(permission) ? 'allowed' : 'forbidden'
    case 'key':
      if (caller.accountIds !== null) {
        if (accountId === null) return 'forbidden'
        if (!caller.accountIds.has(accountId)) return 'hidden'
      }
      return caller.scopes.has(permission) ? 'allowed' : 'forbidden'
  }
}

/** Permissions that only make sense for the whole installation. */
const OF_INSTALLATION: ReadonlySet<Permission> = new Set(['catalogs', 'dead_letters', 'api_keys'])

/** The scopes that are of no use to a key restricted to these accounts. */
export function uselessScopes(scopes: readonly Permission[], accountIds: readonly string[] | null): Permission[] {
  return accountIds === null ? [] : scopes.filter((scope) => OF_INSTALLATION.has(scope))
}

/** The scopes and accounts of a new key that the caller does not have, and so may not grant. */
export function grantsBeyond(
  caller: Caller,
  { scopes, accountIds }: { readonly scopes: readonly string[]; readonly accountIds: readonly string[] | null },
): string[] {
  if (caller.kind === 'operator') return []
  if (caller.kind === 'person') return [...scopes]
  const own: ReadonlySet<string> = caller.scopes
  const { accountIds: ownAccounts } = caller
  const accounts = ownAccounts === null ? [] : (accountIds?.filter((id) => !ownAccounts.has(id)) ?? ['all accounts'])
  return [...scopes.filter((scope) => !own.has(scope)), ...accounts]
}

/** The name recorded for what a caller changes. */
export function actorOf(caller: Caller): string {
  return caller.kind === 'key' ? `api-key ${caller.name}` : caller.subject
}

/** The caller as the log names it. A person's subject may be an e-mail address, so it is not logged. */
export function loggedCaller(caller: Caller): string {
  return caller.kind === 'key' ? `key ${caller.keyId}` : caller.kind
}

/** Whether the caller sees phone numbers, cards and people unmasked. */
export function seesInFull(caller: Caller): boolean {
  return caller.kind !== 'person' || caller.role === 'admin'
}
