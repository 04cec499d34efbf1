/** The mail jobs: send due mails, write the mails that only the passing of time causes, and delete old ones. */
import { writeExpiringMails } from '../ledger/mail/expiring-methods.ts'
import { deleteOldMails, dropUnsendableMails } from '../ledger/mail/old-mails.ts'
import { type Job, takeShare } from '../platform/jobs.ts'
import type { Logger } from '../platform/log.ts'
import type { Counter, Registry } from '../platform/metrics.ts'
import type { Pool } from '../platform/postgres.ts'
import { upkeepJob } from '../platform/upkeep.ts'
import { MAILS_PER_SHARE, type MailParts, mailCounter, sendMails } from './send-mails.ts'
import type { MailSettings } from './settings.ts'
import { openTransport } from './transport.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** How long a mail waits for a process with an SMTP server, as one may be starting or not be configured yet. */
const UNSENDABLE_AFTER_SECONDS = 3_600

export interface MailJobs {
  readonly jobs: readonly Job[]
  /** Call it once no job runs any more. */
  close(): void
}

/** Makes the mail jobs. `settings` null: without an SMTP server, due mails are dropped after a while, so they do not pile up. */
export function mailJobs(pool: Pool, settings: MailSettings | null, log: Logger, registry: Registry): MailJobs {
  const sent = mailCounter(registry)
  const upkeep = [expiringMethodsJob(pool), oldMailsJob(pool, log)]
  if (settings === null) {
    log.warn('no SMTP server is configured (TOLLGATE_SMTP_URL): no mail is sent')
    return { jobs: [...upkeep, unsendableJob(pool, log, sent)], close: () => {} }
  }
  const transport = openTransport(settings.server, settings.sender, MAILS_PER_SHARE)
  return { jobs: [...upkeep, sendJob({ pool, transport, settings, sent, log })], close: () => transport.close() }
}

/** Sends due mails. It polls every two seconds; while there are more, it sends as fast as the server accepts them. */
function sendJob(parts: MailParts): Job {
  return {
    name: 'mail',
    everyMs: 2 * SECOND_MS,
    run: async (stopping) => {
      const { hasMore, oldestWorkSeconds } = await sendMails(parts, stopping)
      return hasMore ? { oldestWorkSeconds, restMs: 0 } : { oldestWorkSeconds }
    },
  }
}

function unsendableJob(pool: Pool, log: Logger, sent: Counter<'outcome'>): Job {
  return {
    name: 'mail',
    everyMs: MINUTE_MS,
    run: () =>
      takeShare(async () => {
        const { count, hasMore } = await dropUnsendableMails(pool, { afterSeconds: UNSENDABLE_AFTER_SECONDS })
        sent.inc({ outcome: 'dropped' }, count)
        if (count > 0) log.warn({ count }, 'dropped mails because no SMTP server is configured')
        return { hasMore }
      }),
  }
}

/** Writes mails about cards that expire soon, in rounds over all saved cards, a page at a time. */
export function expiringMethodsJob(pool: Pool): Job {
  let after = ''
  return {
    name: 'expiring methods',
    everyMs: HOUR_MS,
    run: () =>
      takeShare(async () => {
        const { nextAfter } = await writeExpiringMails(pool, { after })
        after = nextAfter
        return { hasMore: nextAfter !== '' }
      }),
  }
}

function oldMailsJob(pool: Pool, log: Logger): Job {
  return upkeepJob(log, () => deleteOldMails(pool), {
    name: 'old mail',
    everyMs: HOUR_MS,
    done: 'deleted mails that are no longer kept',
  })
}
