/** Usage that costs credit by the test catalog, and its corrections: fields of events as `recordUsage` takes them. */
import { callFields, correctionFields, type Fields, usageFields } from './catalog.ts'

/** A call that no package covers. */
export const abroad = (accountId: string, eventId: string, userId: string, seconds = 60): Fields =>
  callFields({
    account_id: accountId,
    event_id: eventId,
    user_id: userId,
    to: '+41441234567',
    duration_seconds: seconds,
  })

export const sms = (accountId: string, eventId: string): Fields =>
  usageFields({
    type: 'message',
    channel: 'sms',
    direction: 'outbound',
    from: '+4930123456',
    to: '+43123456',
    fragments: 2,
    event_id: eventId,
    account_id: accountId,
  })

export const lookup = (accountId: string, eventId: string): Fields =>
  usageFields({ type: 'other', sku: 'number-lookup', quantity: 5, event_id: eventId, account_id: accountId })

export const correctionOf = (accountId: string, eventId: string): Fields =>
  correctionFields(`c-${eventId}`, eventId, { account_id: accountId })
