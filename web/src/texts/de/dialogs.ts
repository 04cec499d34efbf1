/** What the dialogs of the settings say, in German. */
import type { DialogTexts } from '../ids.ts'

export const DIALOGS: DialogTexts = {
  'auto.turnOffTitle': 'Automatische Aufladung ausschalten?',
  'auto.turnOffText': 'Das Guthaben reicht {days}. Eine offene Zahlung wird noch abgeschlossen.',
  'auto.turnOffTextUnknown': 'Eine offene Zahlung wird noch abgeschlossen.',
  'action.keepOn': 'Eingeschaltet lassen',

  'alerts.title': 'Warnungen bearbeiten',
  'alerts.field': 'Auch E-Mail, wenn das Guthaben sinkt unter',
  'alerts.hint': 'Leer lassen für keine. E-Mail kommt immer bei {low} und bei null, an {names}.',
  'alerts.hintNobody': 'Leer lassen für keine. Niemand erhält E-Mail: es gibt keinen Kontakt.',

  'save.changed': '{name} hat das um {time} geändert.',
  'save.changedBySomebody': 'Jemand hat das um {time} geändert.',
  'save.changedByYou': 'Sie haben das um {time} auf einer anderen Seite geändert.',
  'save.loadCurrent': 'Aktuellen Stand laden',
  'save.refused': 'Das kann jetzt nicht gespeichert werden.',
  'save.failed': 'Das konnte nicht gespeichert werden. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
}
