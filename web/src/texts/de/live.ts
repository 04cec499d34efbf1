/** Texts about changes while the page is open, in German. */
import type { LiveTexts } from '../ids.ts'

export const LIVE: LiveTexts = {
  'live.reconnecting': 'Verbindung wird aufgebaut, Stand {time}',
  'live.sessionEnded': 'Ihre Sitzung ist beendet. Öffnen Sie die Abrechnung erneut von {product} aus.',
  'live.blocked': 'Ausgehende und gebührenfreie Anrufe sind gesperrt.',
  'live.unblocked': 'Es sind keine Anrufe mehr gesperrt.',
  'live.payment.succeeded': '{amount} dem Guthaben hinzugefügt.',
  'live.payment.failed': '{amount}: Die Zahlung wurde abgelehnt. Es wurde nichts abgebucht.',
  'live.payment.canceled': 'Die Zahlung von {amount} wurde abgebrochen. Es wird nichts abgebucht.',
}
