/** Texts of the export dialog, in German. */
import type { ExportTexts } from '../ids.ts'

export const EXPORT: ExportTexts = {
  'export.period': 'Zeitraum',
  'export.thisMonth': 'Dieser Monat',
  'export.thisMonthNote': '{month}, bis jetzt',
  'export.lastMonth': 'Letzter Monat',
  'export.own': 'Andere Tage',
  'export.first': 'Erster Tag',
  'export.last': 'Letzter Tag',
  'export.zone':
    'Zeitzone der Tage: {zone}. Es zählt, wann eine Bewegung gebucht wurde; das kann der Tag nach einem Anruf sein.',
  'export.chooseDay': 'Wählen Sie einen Tag',
  'export.startFault': 'Wählen Sie einen Beginn bis {today}',
  'export.endFault': 'Wählen Sie ein Ende nach dem {start}',

  'export.summary': 'Zusammenfassung',
  'export.opening': 'Anfang',
  'export.added': 'Aufgeladen',
  'export.used': 'Verbraucht',
  'export.other': 'Sonstiges',
  'export.otherNote': 'Korrekturen, Erstattungen, Rückbelastungen',
  'export.closing': 'Ende',
  'export.movements': '{count, plural, one {# Bewegung} other {# Bewegungen}}',
  'export.endsNow': 'Endet jetzt, {time}',
  'export.endedAt': 'Bis {time}',
  'export.cut': '{period}, bis {time}',
  'export.noMovements': 'Keine Bewegungen',
  'export.nothing': 'In diesem Zeitraum hat sich das Guthaben nicht verändert.',

  'export.start': 'Exportieren',
  'export.preparing': '{period} wird vorbereitet: {rows, plural, one {# Zeile} other {# Zeilen}}',
  'export.done': '{done} von {rows, plural, one {# Zeile} other {# Zeilen}}',
  'export.goesOn': 'Sie können das schließen. Der Export läuft weiter und steht hier, sobald er fertig ist.',
  'export.isAnother': 'Dieser Export wurde schon vorher angefordert. Sobald er fertig ist, können Sie Ihren anfordern.',
  'export.unheard': 'Zurzeit kommt keine Antwort. Der Export läuft weiter, sein Stand wird erneut abgefragt.',
  'export.ready': '{period} ist fertig: {rows, plural, one {# Zeile} other {# Zeilen}}',
  'export.until': 'Herunterladen bis {time}',
  'export.download': 'Herunterladen',
  'export.downloadOf': 'Herunterladen: {period}',
  'export.failed': 'Der Export wurde nicht abgeschlossen',
  'export.failedText': 'In Ihrem Konto fehlt nichts.',
  'export.expired': 'Diese Datei wird nicht mehr aufbewahrt',
  'export.again': 'Anderen Zeitraum exportieren',
  'export.earlier': 'Frühere Exporte',

  'export.refused': 'Dieser Zeitraum kann nicht exportiert werden.',
  'export.onlyAdmins': 'Nur Admins können exportieren.',
  'export.tryIn': 'Versuchen Sie es in {seconds, plural, one {# Sekunde} other {# Sekunden}} erneut.',
  'export.noAnswer':
    'Es kam keine Antwort. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut: nichts wird doppelt exportiert.',
  'export.summaryNoAnswer': 'Es kam keine Antwort. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
}
