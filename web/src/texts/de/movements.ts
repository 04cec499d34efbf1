/** Texts of the movements' search and filters, in German. */
import type { MovementsTexts } from '../ids.ts'

export const MOVEMENTS: MovementsTexts = {
  'search.label': 'Bewegungen durchsuchen',
  'search.hint': 'Interaktions-ID, SKU oder Ziel',
  'search.clear': 'Suche löschen',

  'filters.open': '{count, plural, =0 {Filter} other {Filter (#)}}',
  'filters.chosen': 'Gewählte Filter',
  'filters.remove': 'Filter entfernen: {filter}',
  'filters.clear': 'Filter zurücksetzen',

  'filters.usage': 'Nutzung',
  'filters.otherKinds': 'Andere Bewegungen',
  'filters.kind.usage': 'Jede Nutzung',
  'filters.kind.call': 'Anrufe',
  'filters.kind.toll_free': 'Eingehende gebührenfreie Anrufe',
  'filters.kind.sms': 'SMS',
  'filters.kind.mms': 'MMS',
  'filters.kind.whatsapp': 'WhatsApp',
  'filters.kind.conversation_intelligence': 'Conversation Intelligence',
  'filters.kind.voice_agent': 'Voice Agents',
  'filters.kind.other': 'Sonstige Nutzung',
  'filters.kind.reversal': 'Zurückgenommene Abbuchungen',
  'filters.kind.top_up': 'Aufladungen',
  'filters.kind.refund': 'Erstattungen',
  'filters.kind.dispute': 'Rückbelastungen',
  'filters.kind.adjustment': 'Korrekturen',

  'filters.user': 'Benutzer',
  'filters.anyUser': 'Alle Benutzer',
  'filters.userAndId': '{name} ({id})',
  'filters.someUsers': 'Die {count}, die in 90 Tagen am meisten verbraucht haben.',
  'filters.users': 'Benutzer',

  'filters.period': 'Gebucht',
  'filters.anyTime': 'Jederzeit',
  'filters.this-month': 'Dieser Monat',
  'filters.last-month': 'Letzter Monat',
  'filters.7d': 'Letzte 7 Tage',
  'filters.30d': 'Letzte 30 Tage',
  'filters.90d': 'Letzte 90 Tage',
  'filters.own': 'Eigener Zeitraum',
  'filters.from': 'Von',
  'filters.to': 'Bis',
  'filters.since': 'Seit {from}',
  'filters.until': 'Bis {to}',
  'filters.between': '{from} bis {to}',
  'filters.endBefore': 'Wählen Sie ein Ende ab dem {start}',

  'filters.direction': 'Eingang oder Ausgang',
  'filters.both': 'Eingang und Ausgang',
  'filters.in': 'Eingang',
  'filters.out': 'Ausgang',

  'found.count': '{count, plural, one {# Bewegung} other {# Bewegungen}}',
  'found.more': 'Mehr als {count, number} Bewegungen',
  'found.none': 'Keine passenden Bewegungen.',
  'found.notIndexed':
    'Die Bewegungen werden noch für Suche und Filter vorbereitet. Versuchen Sie es in {count, plural, one {# Sekunde} other {# Sekunden}} erneut.',

  'new.show': 'Neue anzeigen',
  'new.showCount': '{count, plural, one {# neue} other {# neue}} anzeigen',
}
