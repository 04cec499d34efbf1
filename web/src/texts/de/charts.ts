/** Texts of the charts, in German. */
import type { ChartsTexts } from '../ids.ts'

export const CHARTS: ChartsTexts = {
  'charts.credit': 'Guthabenverlauf',
  'charts.usage': 'Verbrauch',
  'charts.range': 'Tage, die beide Diagramme zeigen',
  'charts.days': '{days} Tage',
  'charts.by': 'Verbrauch nach',
  'charts.by.kind': 'Art',
  'charts.by.user': 'Benutzer',
  'charts.by.destination': 'Ziel',

  'charts.fell':
    'Das Guthaben fiel in {days} Tagen von {from} auf {to}, {count, plural, =0 {ohne Aufladung} one {mit einer Aufladung über {added}} other {mit # Aufladungen über insgesamt {added}}}.',
  'charts.rose':
    'Das Guthaben stieg in {days} Tagen von {from} auf {to}, {count, plural, =0 {ohne Aufladung} one {mit einer Aufladung über {added}} other {mit # Aufladungen über insgesamt {added}}}.',
  'charts.stayed':
    'Das Guthaben beträgt wie vor {days} Tagen {to}, {count, plural, =0 {ohne Aufladung} one {mit einer Aufladung über {added}} other {mit # Aufladungen über insgesamt {added}}}.',
  'charts.threshold': 'Schwelle {amount}',
  'charts.automatic': 'Automatische Aufladung',
  'charts.manual': 'Aufladung von Hand',
  'charts.read': 'Guthaben Tag für Tag',
  'charts.reading': '{when}: {balance}',
  'charts.showFigures': 'Zahlen anzeigen',
  'charts.utcDays': 'Tage in UTC, nach dem Zeitpunkt der Buchung.',
  'charts.day': 'Tag',
  'charts.used': 'Verbraucht',
  'charts.added': 'Aufgeladen',
  'charts.other': 'Sonstiges',
  'charts.closing': 'Guthaben',

  'charts.usedMost': 'Am meisten verbraucht: {name}, {used} von {total} in {days} Tagen.',
  'charts.nobodyMost':
    'Das meiste {by, select, user {ohne Benutzer} other {ohne Ziel}}: {used} von {total} in {days} Tagen.',
  'charts.usedInAll': 'In {days} Tagen wurden {total} verbraucht.',
  'charts.noUser': 'Ohne Benutzer',
  'charts.noDestination': 'Ohne Ziel',
  'charts.others': '{count, plural, one {# weiteres} other {# weitere}}',
  'charts.showMovements': 'Bewegungen anzeigen',
  'charts.empty': 'Noch hat nichts Guthaben verbraucht.',
  'charts.nothingUsed': 'In {days} Tagen hat nichts Guthaben verbraucht.',

  'charts.kind.call': 'Anrufe',
  'charts.kind.toll_free': 'Gebührenfreie Anrufe',
  'charts.kind.sms': 'SMS',
  'charts.kind.mms': 'MMS',
  'charts.kind.whatsapp': 'WhatsApp',
  'charts.kind.conversation_intelligence': 'Conversation Intelligence',
  'charts.kind.voice_agent': 'Voice Agents',
  'charts.kind.other': 'Sonstige Nutzung',
}
