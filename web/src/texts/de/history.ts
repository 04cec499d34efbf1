/** Texts of movements and payments, in German. */
import type { HistoryTexts } from '../ids.ts'

export const HISTORY: HistoryTexts = {
  'movements.date': 'Datum und Uhrzeit',
  'movements.description': 'Beschreibung',
  'movements.user': 'Benutzer',
  'movements.destination': 'Ziel',
  'movements.units': 'Einheiten',
  'movements.amount': 'Betrag',
  'movements.balanceAfter': 'Guthaben danach',
  'movements.recorded': 'Gebucht {time}',
  'movements.empty': 'Noch hat nichts Guthaben verbraucht.',

  'export.open': 'Bewegungen exportieren',

  'kind.call': 'Ausgehender Anruf',
  'kind.call_inbound': 'Eingehender Anruf',
  'kind.toll_free': 'Eingehender gebührenfreier Anruf',
  'kind.sms': 'SMS',
  'kind.mms': 'MMS',
  'kind.whatsapp': 'WhatsApp',
  'kind.message': 'Nachricht',
  'kind.conversation_intelligence': 'Conversation Intelligence',
  'kind.voice_agent': 'Voice Agent',
  'kind.other': '{sku}',
  'kind.usage': 'Nutzung',
  'kind.reversal': 'Abbuchung zurückgenommen',
  'kind.top_up': 'Guthaben aufgeladen',
  'kind.refund': 'Erstattung',
  'kind.dispute': 'Rückbelastung',
  'kind.adjustment': 'Korrektur',

  'units.seconds': '{seconds} s',
  'units.minutes': '{minutes} min {seconds} s',
  'units.wholeMinutes': '{minutes} min',
  'units.hours': '{hours} h {minutes} min',
  'units.fragments': '{count, plural, one {# Teil} other {# Teile}}',
  'units.items': '{count} × {sku}',

  'payments.date': 'Datum',
  'payments.who': 'Ausgelöst von',
  'payments.automatic': 'Automatisch',
  'payments.byHand': 'Von Hand',
  'payments.credit': 'Guthaben',
  'payments.status': 'Status',
  'payments.empty': 'Noch keine Zahlungen.',
  'payments.declinedWhy': 'Abgelehnt. {why}',

  'action.showMore': '{count} weitere anzeigen',
  'payments.card': 'Karte',
}
