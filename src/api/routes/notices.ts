/** Notices of an account, as reasons and figures that the page words, and dismissing them. */
import { z } from 'zod'
import { isOf, noticesOf, undismissed } from '../../core/notices/notices.ts'
import { dismiss, readDismissals } from '../../ledger/notices/dismissals.ts'
import { readNoticeFacts } from '../../reporting/read-notice-facts.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { ApiProblem, notPossible } from '../protocol/problem.ts'
import { AccountParams } from '../protocol/schemas.ts'
import { NOTICE_KEYS, Notices, noticesJson, readerOf, readNotices } from '../views/notice-views.ts'
import type { Api, ApiContext } from './context.ts'

const NoticeDismissal = z
  .strictObject({
    key: z.enum(NOTICE_KEYS),
    occurrence: z
      .string()
      .regex(/^[\x20-\x7e]{1,500}$/, { error: 'must be the occurrence of a notice' })
      .meta({ description: 'The occurrence of the notice, as it was read.' }),
  })
  .meta({ id: 'NoticeDismissal' })

export function addNoticeRoutes(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/notices',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readNotices',
      tags: ['Notices'],
      summary: 'What the people of an account need to know',
      description:
        'Members see fewer notices, without cards, reasons and actions. Services and operators see what admins see, including dismissed notices.',
      params: AccountParams,
      response: { 200: Notices },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const notices = await readNotices(pool, accountId, readerOf(callerOf(request)))
      if (notices === null) throw noAccount(accountId)
      return notices
    },
  })

  api.route({
    method: 'POST',
    url: '/v1/accounts/:account_id/notices/dismissals',
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible'] },
    schema: {
      operationId: 'dismissNotice',
      tags: ['Notices'],
      summary: 'Dismiss a notice for oneself',
      description:
        'For people, with their own token: others of the account still see the notice, and its next occurrence is shown again. Repeating the request is harmless. Returns the remaining notices.',
      params: AccountParams,
      body: NoticeDismissal,
      response: { 200: Notices },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { role, person } = readerOf(callerOf(request))
      if (person === null) {
        throw new ApiProblem(
          'forbidden',
          'only people can dismiss notices, each for themselves: use a token or session of a person',
        )
      }
      const [read, before] = await Promise.all([
        readNoticeFacts(pool, accountId),
        readDismissals(pool, accountId, [person]),
      ])
      if (read === null) throw noAccount(accountId)
      const notices = noticesOf(read.facts, read.nowMicros, role)
      const dismissed = request.body
      if (before.some(({ key, occurrence }) => key === dismissed.key && occurrence === dismissed.occurrence)) {
        return noticesJson(read, undismissed(notices, before))
      }
      const shown = notices.find((notice) => isOf(dismissed, notice))
      if (shown === undefined) {
        throw notPossible('/body/occurrence', 'not_shown', 'this notice is not shown now: read the notices again')
      }
      if (!shown.isDismissible) {
        throw notPossible(
          '/body/key',
          'not_dismissible',
          `notice ${shown.key} cannot be dismissed: it stays until its cause is resolved`,
        )
      }
      await dismiss(pool, accountId, person, dismissed)
      return noticesJson(read, undismissed(notices, [...before, dismissed]))
    },
  })
}
