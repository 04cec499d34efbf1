/** Texts of the settings dialogs and of a new account's checklist, in German. */
import type { DialogTexts } from '../ids.ts'

export const DIALOGS: DialogTexts = {
  'auto.turnOffTitle': 'Automatische Aufladung ausschalten?',
  'auto.turnOffText': 'Das Guthaben reicht {days}. Eine offene Zahlung wird noch abgeschlossen.',
  'auto.turnOffTextUnknown': 'Eine offene Zahlung wird noch abgeschlossen.',
  'action.keepOn': 'Eingeschaltet lassen',

  'alerts.title': 'Warnungen bearbeiten',
  'alerts.field': 'Zusätzliche E-Mail bei Guthaben unter',
  'alerts.hint': 'Ohne Angabe entfällt sie. Bei {low} und bei null geht immer eine E-Mail an {names}.',
  'alerts.hintNobody': 'Ohne Angabe entfällt sie. Niemand erhält E-Mail: es gibt keinen Kontakt.',

  'save.refused': 'Das kann jetzt nicht gespeichert werden.',
  'save.failed': 'Das konnte nicht gespeichert werden. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',

  'changed.at': 'um {time}',
  'changed.on': 'am {moment}',
  'changed.by': '{name} hat das {when} geändert',
  'changed.bySomebody': 'Jemand hat das {when} geändert',
  'changed.byYou': 'Sie haben das {when} auf einer anderen Seite geändert',
  'changed.listed': '{sentence}: {changes}.',
  'changed.unlisted': '{sentence}.',
  'changed.nothing': 'die Werte sind dieselben',
  'changed.turnedOn': 'eingeschaltet',
  'changed.turnedOff': 'ausgeschaltet',
  'changed.threshold': 'Schwelle {from} →\u00a0{to}',
  'changed.amount': 'Betrag {from} →\u00a0{to}',
  'changed.cap': 'Obergrenze im Monat {from} →\u00a0{to}',
  'changed.method': 'Zahlungsmittel {from} →\u00a0{to}',
  'changed.custom': 'eigene Warnschwelle {from} →\u00a0{to}',
  'changed.low': 'Warnschwelle für niedriges Guthaben {from} →\u00a0{to}',
  'changed.none': 'keine',
  'changed.noMethod': 'keines',
  'changed.otherCard': 'andere Karte',
  'changed.loadCurrent': 'Aktuellen Stand laden',
  'field.optional': 'optional',

  'setUp.methodText': 'Eine Karte, eingegeben beim Zahlungsanbieter.',
  'setUp.creditText': 'Anrufe sind gesperrt, bis Guthaben da ist.',
  'setUp.autoText': 'Empfohlen. Lädt Guthaben auf, bevor es ausgeht.',
  'setUp.done': 'Erledigt',
}
