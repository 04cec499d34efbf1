/** The balances at which an account's contacts are alerted. */
import { z } from 'zod'
import { alertLevels } from '../../core/account/alerts.ts'
import { formatMoney } from '../../core/money.ts'
import { setAlertLevels } from '../../ledger/accounts/set-alert-levels.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { changedMeanwhile, etagOf, expectedVersion } from '../protocol/etags.ts'
import {
  AccountId,
  AccountParams,
  CurrencyCode,
  IfMatchHeaders,
  Money,
  microsOrNull,
  moneyOrNull,
  PositiveMoney,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { readWithLastChange } from './known-account.ts'

const AlertLevels = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    low: Money.meta({ description: "The level in force: the account's own, otherwise the default." }),
    own_low: Money.nullable().meta({ description: 'Null for the default.' }),
    custom: Money.nullable().meta({ description: 'An additional level of the customer. Null if there is none.' }),
  })
  .meta({ id: 'AlertLevels' })

const WantedAlertLevels = z
  .strictObject({
    low: PositiveMoney.nullable().meta({ description: 'Null for the default of 10 units of the currency.' }),
    custom: PositiveMoney.nullable().meta({ description: 'Null for none.' }),
  })
  .meta({ id: 'WantedAlertLevels' })

const URL = '/v1/accounts/:account_id/alert-levels'

export function addAlertLevelRoutes(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readAlertLevels',
      tags: ['Credit'],
      summary: 'Balances at which alerts are raised',
      params: AccountParams,
      response: { 200: AlertLevels },
    },
    handler: async (request, reply) => {
      const { etag, body } = await levelsOf(request.params.account_id)
      return await reply.header('etag', etag).send(body)
    },
  })

  api.route({
    method: 'PUT',
    url: URL,
    config: {
      access: { permission: 'write', of: 'account' },
      problems: ['changed_meanwhile', 'if_match_required'],
    },
    schema: {
      operationId: 'setAlertLevels',
      tags: ['Credit'],
      summary: 'Set the balances at which alerts are raised',
      description: 'A level that is set above the balance raises its alert at once.',
      params: AccountParams,
      headers: IfMatchHeaders,
      body: WantedAlertLevels,
      response: { 200: AlertLevels },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const { low, custom } = request.body
      const wanted = {
        lowMicros: microsOrNull(low),
        customMicros: microsOrNull(custom),
        actor: actorOf(callerOf(request)),
      }
      const set = await setAlertLevels(writer, accountId, wanted, expectedVersion(request.headers['if-match']))
      if ('refused' in set) {
        const { refused } = set
        if (refused === 'unknown_account') throw noAccount(accountId)
        throw changedMeanwhile('the alert levels', refused.changedMeanwhile)
      }
      const { etag, body } = await levelsOf(accountId)
      return await reply.header('etag', etag).send(body)
    },
  })

  async function levelsOf(accountId: string) {
    const { account, change } = await readWithLastChange(writer.pool, accountId, 'alert_levels')
    const { settings } = account
    return {
      etag: etagOf(change),
      body: {
        account_id: accountId,
        currency: settings.currency,
        low: formatMoney(alertLevels(settings).lowMicros),
        own_low: moneyOrNull(settings.lowAlertLevelMicros),
        custom: moneyOrNull(settings.customAlertLevelMicros),
      },
    }
  }
}
