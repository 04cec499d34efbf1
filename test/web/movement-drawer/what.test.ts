/** What a movement was, in a sentence, in both languages. */
import { describe, expect, it } from 'vitest'
import type { Schema } from '../../../src/api/client/client.ts'
import { whatSentence } from '../../../web/src/movement-drawer/what.ts'
import { type ExplainedChanges, explained } from '../../support/explained.ts'
import { DE, EN, plain } from './words.ts'

const NOBODY = { user_id: null, user_name: null }
const SMS = { type: 'message', channel: 'sms', quantity: 3 } as const

describe('usage', () => {
  it.each<[usage: NonNullable<ExplainedChanges['usage']>, reason: string, english: string, german: string]>([
    [
      { quantity: 130 },
      'no_package',
      'Ann Example called Austria (+431234567) for 2 min 10 s.',
      'Ann Example hat 2 min 10 s mit Austria (+431234567) telefoniert.',
    ],
    [
      { ...NOBODY, quantity: 7_325, number: null },
      'no_package',
      'A call to Austria took 2 h 2 min 5 s.',
      'Ein Anruf bei Austria dauerte 2 h 2 min 5 s.',
    ],
    [
      { quantity: 3_600 },
      'forwarded_leg',
      'A call to Ann Example was forwarded to Austria (+431234567) for 1 h 0 min.',
      'Ein Anruf für Ann Example wurde 1 h 0 min lang an Austria (+431234567) weitergeleitet.',
    ],
    [
      { ...NOBODY, destination: null },
      'forwarded_leg',
      'A call was forwarded to +431234567 for 1 min.',
      'Ein Anruf wurde 1 min lang an +431234567 weitergeleitet.',
    ],
    [
      { type: 'toll_free', direction: null, number: '+49800123', destination: 'Germany' },
      'toll_free_inbound',
      'Somebody called your toll-free number, Germany (+49800123), for 1 min.',
      'Jemand hat 1 min lang bei Ihrer gebührenfreien Nummer, Germany (+49800123), angerufen.',
    ],
    [
      { direction: 'inbound', number: '+49800123', destination: null, quantity: 9 },
      'toll_free_inbound',
      'Somebody called your toll-free number, +49800123, for 9 s.',
      'Jemand hat 9 s lang bei Ihrer gebührenfreien Nummer, +49800123, angerufen.',
    ],
    [
      { direction: 'inbound', number: '+4930123', destination: null },
      'inbound_standard',
      'Somebody called +4930123 for 1 min.',
      'Jemand hat 1 min lang bei +4930123 angerufen.',
    ],
    [
      SMS,
      'message',
      'Ann Example sent an SMS of 3 fragments to Austria (+431234567).',
      'Ann Example hat eine SMS aus 3 Teilen an Austria (+431234567) gesendet.',
    ],
    [
      { ...SMS, ...NOBODY, channel: 'whatsapp', quantity: 1 },
      'message',
      'A WhatsApp message of 1 fragment was sent to Austria (+431234567).',
      'Eine WhatsApp-Nachricht aus 1 Teil wurde an Austria (+431234567) gesendet.',
    ],
    [
      { ...SMS, channel: 'mms', direction: 'inbound' },
      'message',
      'An MMS of 3 fragments was received at Austria (+431234567).',
      'Eine MMS aus 3 Teilen wurde bei Austria (+431234567) empfangen.',
    ],
    [
      { ...SMS, channel: 'carrier-pigeon' },
      'message',
      'Ann Example sent a message of 3 fragments to Austria (+431234567).',
      'Ann Example hat eine Nachricht aus 3 Teilen an Austria (+431234567) gesendet.',
    ],
    [
      { type: 'conversation_intelligence', destination: null, number: null, quantity: 720 },
      'conversation_intelligence',
      'Conversation Intelligence analyzed 12 min of a conversation of Ann Example.',
      'Conversation Intelligence hat 12 min eines Gesprächs von Ann Example ausgewertet.',
    ],
    [
      { type: 'conversation_intelligence', ...NOBODY },
      'conversation_intelligence',
      'Conversation Intelligence analyzed 1 min of a conversation.',
      'Conversation Intelligence hat 1 min eines Gesprächs ausgewertet.',
    ],
    [
      { type: 'voice_agent', agent_id: 'front-desk', quantity: 300 },
      'voice_agent',
      'Voice agent front-desk was in use for 5 min.',
      'Der Voice Agent front-desk war 5 min im Einsatz.',
    ],
    [
      { type: 'voice_agent' },
      'voice_agent',
      'A voice agent was in use for 1 min.',
      'Ein Voice Agent war 1 min im Einsatz.',
    ],
    [
      { type: 'other', sku: '<b>lookup</b>', quantity: 1_200 },
      'other_usage',
      'Ann Example used 1,200 × <b>lookup</b>.',
      'Ann Example hat 1.200 × <b>lookup</b> genutzt.',
    ],
    [
      { type: 'other', sku: 'lookup', quantity: 2, ...NOBODY },
      'other_usage',
      '2 × lookup was used.',
      '2 × lookup wurde genutzt.',
    ],
    [{ type: 'hologram' }, 'hologram', 'Usage was charged.', 'Eine Nutzung wurde abgebucht.'],
  ])('%j by %s: %s', (usage, reason, english, german) => {
    const movement = explained({ usage, charge: { reason } })
    expect([EN, DE].map((words) => plain(whatSentence(movement, words)))).toEqual([english, german])
  })
})

const PAYMENT: NonNullable<Schema<'Explanation'>['payment']> = {
  top_up_id: 't1',
  trigger: 'manual',
  actor: 'ann',
  actor_name: 'Ann Example',
  requested_at: '2026-07-12T07:59:00.000000Z',
  card: null,
  statement_descriptor: null,
  credited_at: '2026-07-12T08:00:00.000000Z',
  credited: '50.000000',
  refunded: '0.000000',
  disputed: '0.000000',
  asked: null,
}
const UNKNOWN = { ...PAYMENT, credited_at: null }

describe('money', () => {
  it.each<
    [kind: string, amount: string, payment: typeof PAYMENT | null, english: string | null, german: string | null]
  >([
    [
      'top_up',
      '50.000000',
      PAYMENT,
      '€50.00 was added to your credit.',
      '50,00 € wurden Ihrem Guthaben gutgeschrieben.',
    ],
    [
      'refund',
      '-20.000000',
      PAYMENT,
      '€20.00 of the payment of 12 July was refunded and left your credit.',
      '20,00 € aus der Zahlung vom 12. Juli wurden erstattet und von Ihrem Guthaben abgezogen.',
    ],
    [
      'refund',
      '20.000000',
      PAYMENT,
      'A refund of €20.00 did not go through: it is credit again.',
      'Eine Erstattung von 20,00 € kam nicht zustande: Der Betrag ist wieder Guthaben.',
    ],
    [
      'dispute',
      '-50.000000',
      UNKNOWN,
      'The cardholder disputed a payment: €50.00 left your credit.',
      'Der Karteninhaber hat einer Zahlung widersprochen: 50,00 € wurden zurückgebucht und von Ihrem Guthaben abgezogen.',
    ],
    [
      'dispute',
      '50.000000',
      PAYMENT,
      'The dispute about the payment of 12 July was won: €50.00 is back.',
      'Die Rückbuchung wurde zurückgenommen: 50,00 € aus der Zahlung vom 12. Juli sind wieder da.',
    ],
    ['adjustment', '5.000000', null, '€5.00 was added to your credit.', '5,00 € wurden Ihrem Guthaben gutgeschrieben.'],
    [
      'adjustment',
      '-5.000000',
      null,
      '€5.00 was taken from your credit.',
      '5,00 € wurden von Ihrem Guthaben abgezogen.',
    ],
    [
      'reversal',
      '0.070000',
      null,
      'A charge was taken back: €0.07 is credit again.',
      'Eine Abbuchung wurde zurückgenommen: 0,07 € sind wieder Guthaben.',
    ],
    ['gift', '5.000000', null, null, null],
  ])('%s of %s', (kind, amount, payment, english, german) => {
    const movement = explained({ movement: { kind, amount }, usage: null, explanation: { payment } })
    expect([EN, DE].map((words) => plain(whatSentence(movement, words)))).toEqual([english, german])
  })
})
