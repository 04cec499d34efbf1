/** The callers of the demo: each account with its numbers and users, drawn once from the seed. */

import type { InstantMicros } from '../src/core/instant.ts'
import type { AccountSettings } from '../src/core/settings/settings.ts'
import {
  CALLING_PLANS,
  type CallingPlan,
  type CallingRegion,
  HOME_COUNTRIES,
  numberLike,
  numberOf,
  TEXT_NUMBERS,
  TOLL_FREE_NUMBERS,
} from './numbers.ts'
import type { Random } from './random.ts'

export type TrafficAccount = Pick<AccountSettings, 'accountId' | 'currency' | 'packages'>

export interface Caller {
  readonly accountId: string
  readonly region: CallingRegion
  readonly plan: CallingPlan | null
  readonly ownNumbers: readonly string[]
  /** Numbers of the other region, which packages do not accept as callers. */
  readonly foreignNumbers: readonly string[]
  readonly tollFreeNumber: string
  readonly textNumber: string
  readonly userCount: number
}

export function callerOf(random: Random, account: TrafficAccount, index: number, atMicros: InstantMicros): Caller {
  const packageId = account.packages.findLast((period) => period.fromMicros <= atMicros)?.id
  const plan = packageId === undefined ? null : (CALLING_PLANS.get(packageId) ?? null)
  const region = plan?.region ?? (account.currency === 'EUR' ? 'EU' : 'US')
  const foreign = region === 'EU' ? 'US' : 'EU'
  const numbers = (from: CallingRegion, count: number) =>
    Array.from({ length: count }, () => numberOf(random, random.pick(HOME_COUNTRIES[from])))
  return {
    accountId: account.accountId,
    region,
    plan,
    ownNumbers: numbers(region, 5),
    foreignNumbers: numbers(foreign, 2),
    tollFreeNumber: numberLike(random, random.pick(TOLL_FREE_NUMBERS[region])),
    textNumber: numberLike(random, random.pick(TEXT_NUMBERS[region])),
    // A busier account has more users; otherwise all of them would be heavy users.
    userCount: 10 + random.whole(20) + Math.round(120 / (index + 1)),
  }
}

/** Picks a user. A few users make most calls, so that some reach their fair-use limit and others never do. */
export function userOf(random: Random, caller: Caller): string {
  const rank = Math.floor(caller.userCount * random.fraction() ** 2)
  return `user-${rank + 1}`
}
