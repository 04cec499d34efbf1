/** The texts of the notices, word for word, for admins and members; and that every state has one. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noticesJson } from '../../src/api/views/notice-views.ts'
import type { NoticeFacts } from '../../src/core/notices/facts.ts'
import type { NoticeKey, NoticeRole } from '../../src/core/notices/notice.ts'
import { noticesOf } from '../../src/core/notices/notices.ts'
import { NOTICES } from '../../src/core/notices/table.ts'
import { DECLINE_WHYS } from '../../src/core/top-up/declines.ts'
import { LANGUAGES, textsFor } from '../../src/texts/languages.ts'
import { daysLeftText, noticeText, type ShownNotice, whyText } from '../../src/texts/notice-text.ts'
import { facts } from '../core/notices/any-facts.ts'
import {
  at,
  auto,
  balance,
  type Changed,
  charged,
  DAY,
  DECLINED,
  HOUR,
  micros,
  NOW,
  OFF,
  open,
  paused,
  planted,
  settings,
  VISA,
} from '../core/notices/planted.ts'

const shown = (of: NoticeFacts, role: NoticeRole): ShownNotice[] =>
  noticesJson({ facts: of, epoch: 1, balanceVersion: 1n, nowMicros: NOW }, noticesOf(of, NOW, role)).items

const said = (of: NoticeFacts, key: NoticeKey, role: NoticeRole = 'admin', locale = 'en-US') => {
  const notice = shown(of, role).find((one) => one.key === key)
  if (notice === undefined) throw new Error(`no ${key}`)
  const { title, body, actions } = noticeText(textsFor(locale), notice, { role, currency: 'EUR', timeZone: 'UTC' })
  return [`${title} ${body}`.trim().replace(/[\u00a0\u202f]/g, ' '), actions.map(({ label }) => label).join(', ')]
}

const BROKE = balance('-3.419999')
const NO_HISTORY: Changed = { usage: { reason: 'not_enough_usage', days: 2 } }
const NEW: Changed = {
  ...balance('0'),
  ...auto({ settings: null, version: 1 }),
  ...NO_HISTORY,
  hasMovements: false,
  hasPaid: false,
  method: null,
  savedMethods: 0,
}
const BLOCKED =
  'Blocked since Nov 26, 2026, 11:00 AM: all outbound calls, including those in your package, and inbound calls to toll-free numbers. Working: inbound calls to standard numbers, emergency calls. Messages and AI usage go on and add to the debt.'
const ADDED: Changed = { added: { kind: 'top_up', amountMicros: micros('50'), atMicros: NOW - HOUR, sequence: 12n } }
const TAKEN: Changed = { takenBack: { amountMicros: micros('20'), paidAtMicros: at('2026-10-03T09:00:00Z') } }

// biome-ignore format: a table
const SAID: readonly [key: NoticeKey, facts: NoticeFacts, text: string, actions: string][] = [
  ['exhausted', planted(BROKE), `Credit has run out. ${BLOCKED} Add more than €3.42 to unblock calls.`, 'Add credit'],
  ['exhausted', planted(balance('0')), `Credit has run out. ${BLOCKED} Add credit to unblock calls.`, 'Add credit'],
  ['exhausted', planted(BROKE, open({ state: 'processing' })),
    `Credit has run out. ${BLOCKED} Add more than €3.42 to unblock calls. €50.00 is being processed; calls resume when it is confirmed.`, 'Add credit'],
  ['exhausted', planted(BROKE, open({ state: 'processing', amountMicros: micros('3.42') })),
    `Credit has run out. ${BLOCKED} Add more than €3.42 to unblock calls. €3.42 is being processed, which is not enough to unblock calls.`, 'Add credit'],
  ['exhausted_and_paused', planted(BROKE, paused('declined', 'insufficient_funds')),
    `Credit has run out. Visa 4242 was declined. The card's funds or limit do not cover it. ${BLOCKED} Add more than €3.42 to unblock calls.`, 'Pay with another card'],
  ['exhausted_and_paused', planted(BROKE, paused('canceled')),
    `Credit has run out. Auto top-up is paused. A top-up was canceled. ${BLOCKED} Add more than €3.42 to unblock calls.`, 'Pay with another card'],
  ['never_topped_up', planted(NEW), 'Add credit to start calling.', 'Add payment method, Add credit, Set up auto top-up'],
  ['approve', planted(open({ state: 'needs_action', actionUntilMicros: NOW + HOUR })),
    'Approve €50.00 with your bank by Nov 26, 2026, 1:00 PM, or it is canceled and nothing is charged.', 'Approve payment'],
  ['paused', planted(paused('declined', 'insufficient_funds')),
    "Auto top-up is paused. Visa 4242 was declined, last Nov 26, 2026, 10:00 AM. The card's funds or limit do not cover it. It is not charged again until you act. Credit lasts until about Dec 21, 2026; then calls are blocked.", 'Use another card, Resume'],
  ['paused', planted(paused('card_stopped', 'stolen_card'), NO_HISTORY),
    'Auto top-up is paused. Visa 4242 was declined, last Nov 26, 2026, 10:00 AM. The bank does not allow charges to this card. It is not charged again until you act. Resuming takes another card.', 'Use another card, Resume'],
  ['paused', planted(paused('restored'), NO_HISTORY),
    'Auto top-up is paused. The latest changes to its settings may be missing. Nothing is charged until you resume.', 'Use another card, Resume'],
  ['taken_back', planted(paused('disputed'), TAKEN),
    'Auto top-up is paused. €20.00 of Oct 3, 2026 was disputed and left your credit. Nothing is charged until you resume. Resuming takes another card.', 'Resume'],
  ['taken_back', planted(paused('refunded'), TAKEN),
    'Auto top-up is paused. €20.00 of Oct 3, 2026 was refunded and left your credit. Nothing is charged until you resume.', 'Resume'],
  ['expired', planted({ method: { ...VISA, expiryMonth: 10, expiryYear: 2026 } }),
    'Visa 4242 has expired. Later charges are likely to be declined.', 'Change payment method'],
  ['expiring', planted({ method: { ...VISA, expiryMonth: 11, expiryYear: 2026 } }),
    'Visa 4242 expires on Nov 30, 2026. Later charges are likely to be declined.', 'Change payment method'],
  ['no_method', planted({ method: null, savedMethods: 0 }), 'No payment method saved. Auto top-up cannot add credit.', 'Add payment method'],
  ['no_method', planted({ method: null, savedMethods: 1 }), 'No payment method chosen for auto top-up. Auto top-up cannot add credit.', 'Add payment method'],
  ['cap', planted(auto({ counted: [charged('280', DAY)] })),
    'Monthly cap reached: €280.00 of €300.00. Auto top-up waits until Dec 1, 2026, 12:00 AM. Credit lasts until about Dec 21, 2026; then calls are blocked.', 'Raise cap, Add credit'],
  ['cap_nearly_used', planted(auto({ counted: [charged('240', DAY)] })), '80% of the monthly cap is used. That is €240.00 of €300.00.', 'Raise cap, Add credit'],
  ['day_limit', planted(auto({ counted: [1, 2, 3, 4, 5].map((hours) => charged('10', hours * HOUR)) })),
    'Auto top-up waits until Nov 27, 2026, 7:00 AM: 5 in 24 hours is the safety limit. Credit lasts until about Dec 21, 2026. Check that the usage is yours.', 'Add credit, See what used it'],
  ['failed', planted(DECLINED),
    "€50.00 was declined. The card's funds or limit do not cover it. No payment was taken; your bank may show a pending amount for a few days. Try 3 of 3 is on Nov 27, 2026, 12:00 PM.", 'Use another card, Add credit'],
  ['low', planted(balance('8'), OFF), 'Credit is running low: €8.00 left, about 4 days. At zero, outbound and toll-free calls are blocked.', 'Add credit, Set up auto top-up'],
  ['low', planted(balance('0.004')), 'Credit is running low: less than €0.01 left, less than a day. At zero, outbound and toll-free calls are blocked.', 'Add credit'],
  ['low', planted(balance('8'), NO_HISTORY), 'Credit is running low: €8.00 left. At zero, outbound and toll-free calls are blocked.', 'Add credit'],
  ['custom', planted({ levels: { lowMicros: micros('10'), customMicros: micros('60') } }),
    'Credit is running low: €50.00 left, about 25 days. At zero, outbound and toll-free calls are blocked.', 'Add credit'],
  ['small', planted(settings({ amountMicros: micros('1.999999') })),
    "Top-ups are smaller than a day's usage. Usage is about €2.00 a day, a top-up €1.999999; €15.00 covers a week.", 'Edit'],
  ['closed', planted({ closedAtMicros: NOW - DAY }), 'Closed on Nov 25, 2026. Late usage can still be debited.', ''],
  ['checking', planted(open({ state: 'unknown' })),
    'Checking a payment of €50.00. You are charged at most once for this. If calls cannot wait, pay with another card; if both succeed, both become credit.', 'Pay with another card'],
  ['processing', planted(open({ state: 'processing' })), '€50.00 is being processed. It becomes credit once confirmed, cards usually within a minute.', ''],
  ['off', planted(OFF), 'Auto top-up is off. €50.00 lasts about 25 days.', 'Set up auto top-up'],
  ['off', planted(balance('0.004'), OFF), 'Auto top-up is off. Less than €0.01 lasts less than a day.', 'Set up auto top-up'],
  ['off', planted(balance('500'), OFF), 'Auto top-up is off. €500.00 lasts more than 90 days.', 'Set up auto top-up'],
  ['added', planted(ADDED), '€50.00 added. Credit is €50.00.', ''],
  ['added', planted({ added: { ...ADDED.added!, kind: 'dispute_won' } }), '€50.00 is back: the dispute was won. Credit is €50.00.', ''],
  ['added', planted(ADDED, { status: { isBlocked: false, version: 4n, sinceMicros: NOW - HOUR } }),
    '€50.00 added. Credit is €50.00. Calls work again since Nov 26, 2026, 11:00 AM.', ''],
]

describe('a notice', () => {
  it('of every key is in the table', () => {
    expect(new Set(SAID.map(([key]) => key))).toEqual(new Set(NOTICES.map(({ key }) => key)))
  })

  it.each(SAID)('%s has this text', (key, of, text, actions) => {
    expect(said(of, key)).toEqual([text, actions])
  })

  // biome-ignore format: a table
  it.each<[key: NoticeKey, facts: NoticeFacts, text: string]>([
    ['exhausted', planted(BROKE), `Credit has run out. ${BLOCKED} Calls work again once more than €3.42 is added. Ask an admin: Ana or ben.`],
    ['exhausted_and_paused', planted(BROKE, paused('card_stopped', 'stolen_card')),
      `Credit has run out. Auto top-up is paused. ${BLOCKED} Calls work again once more than €3.42 is added. Ask an admin: Ana or ben.`],
    ['low', planted(balance('8')), 'Credit is running low: €8.00 left, about 4 days. At zero, outbound and toll-free calls are blocked. Ask an admin: Ana or ben.'],
    ['low', planted(balance('8'), { admins: [] }), 'Credit is running low: €8.00 left, about 4 days. At zero, outbound and toll-free calls are blocked.'],
    ['checking', planted(open({ state: 'unknown' })), 'Checking a payment of €50.00. It is charged at most once. Ask an admin: Ana or ben.'],
    ['added', planted(ADDED), '€50.00 added. Credit is €50.00.'],
  ])('%s shows members no card and no reason, but whom to ask', (key, of, text) => {
    expect(said(of, key, 'member')).toEqual([text, ''])
  })

  // biome-ignore format: a table
  it.each<[key: NoticeKey, facts: NoticeFacts, text: string]>([
    ['exhausted', planted(BROKE), 'Das Guthaben ist aufgebraucht. Gesperrt seit 26.11.2026, 11:00: alle ausgehenden Anrufe, auch die in Ihrem Paket, und eingehende Anrufe auf gebührenfreie Nummern. Weiterhin möglich: eingehende Anrufe auf Standardnummern, Notrufe. Nachrichten und KI-Nutzung laufen weiter und erhöhen den offenen Betrag. Laden Sie mehr als 3,42 € auf, um Anrufe zu entsperren.'],
    ['low', planted(balance('8')), 'Das Guthaben geht zur Neige: noch 8,00 €, das reicht etwa 4 Tage. Bei null werden ausgehende Anrufe und Anrufe auf gebührenfreie Nummern gesperrt.'],
    ['failed', planted(DECLINED), 'Die Zahlung von 50,00 € wurde abgelehnt. Deckung oder Limit der Karte reichen nicht aus. Es wurde nichts abgebucht; Ihre Bank zeigt den Betrag eventuell einige Tage lang als vorgemerkt an. Versuch 3 von 3 folgt am 27.11.2026, 12:00.'],
  ])('%s has this text in German', (key, of, text) => {
    expect(said(of, key, 'admin', 'de-DE')[0]).toBe(text)
  })
})

describe('notices', () => {
  const roles = fc.constantFrom<NoticeRole>('admin', 'member')
  const locales = fc.constantFrom(...Object.keys(LANGUAGES))

  it('have a text for any facts, in every language and for every role', () => {
    fc.assert(
      fc.property(facts, roles, locales, (of, role, locale) => {
        for (const notice of shown(of, role)) {
          const text = noticeText(textsFor(locale), notice, { role, currency: 'EUR', timeZone: 'Europe/Berlin' })
          const all = [text.title, text.body, ...text.actions.map(({ label }) => label)].filter((part) => part !== '')
          expect(text.title).toMatch(/^[\p{Lu}\p{N}€].*\.$/u)
          expect(text.body).toMatch(/^$|^[\p{Lu}\p{N}€].*\.$/u)
          expect(all.join(' ')).not.toMatch(/[{}]|undefined|(?<!Bei |über )null|NaN|Invalid|Infinity|\.\.|_| {2}/)
          expect(all.join(' ')).not.toMatch(/insufficient|do_not_honor|stolen|lapsed|of_tomorrow/)
          expect(text.actions.map(({ action }) => action)).toEqual(notice.actions)
          expect(text.actions.every(({ label }) => label !== '')).toBe(true)
          if (role === 'member') expect(all.join(' ')).not.toMatch(/\b4242|5555|Visa|Mastercard/)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('have distinct texts', () => {
    for (const locale of Object.keys(LANGUAGES)) {
      // One that is declined and one that is below another level are worded alike; all else is not.
      const texts = SAID.filter(([key]) => key !== 'custom').map(([key, of]) =>
        said(of, key, 'admin', locale).join(' '),
      )
      expect(new Set(texts).size).toBe(texts.length)
    }
  })
})

describe('the reason of a decline', () => {
  it('has words in every language, and none if it is unknown', () => {
    for (const locale of Object.keys(LANGUAGES)) {
      const texts = textsFor(locale)
      expect(new Set(DECLINE_WHYS.map((why) => whyText(why, texts))).size).toBe(DECLINE_WHYS.length)
      expect(whyText('of_tomorrow', texts)).toBe(whyText('no_reason', texts))
      expect(whyText(null, texts)).toBeNull()
    }
  })
})

describe('how long credit lasts', () => {
  it.each<
    [
      days: number | null,
      reason: 'not_enough_usage' | 'no_usage' | 'no_credit' | 'more_than_90_days' | null,
      text: string,
    ]
  >([
    [0, null, 'less than a day'],
    [1, null, 'about 1 day'],
    [90, null, 'about 90 days'],
    [null, 'more_than_90_days', 'more than 90 days'],
    [null, 'not_enough_usage', 'Not enough usage to estimate'],
    [null, 'no_usage', 'No recent usage'],
    [null, 'no_credit', 'No credit left'],
  ])('of %s days, %s: %s', (days, reason, text) => {
    expect(daysLeftText({ days_left: days, no_days_left_reason: reason }, textsFor('en'))).toBe(text)
  })
})
