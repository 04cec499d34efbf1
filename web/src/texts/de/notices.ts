/** What each notice says in German. */
import type { NoticeTexts } from '../ids.ts'

export const NOTICES: NoticeTexts = {
  'notice.exhausted.title': 'Das Guthaben ist aufgebraucht.',
  'notice.exhausted.blocked':
    'Gesperrt seit {time}: alle ausgehenden Anrufe, auch die in Ihrem Paket, und eingehende Anrufe auf gebührenfreie Nummern. Es funktionieren: eingehende Anrufe auf Standardnummern, Notrufe. Nachrichten und KI laufen weiter und erhöhen die Schuld.',
  'notice.exhausted.owed': 'Laden Sie mehr als {owed} auf, um Anrufe freizugeben.',
  'notice.exhausted.nothingOwed': 'Laden Sie Guthaben auf, um Anrufe freizugeben.',
  'notice.exhausted.open': '{amount} sind in Bearbeitung; Anrufe gehen wieder, sobald die Zahlung bestätigt ist.',
  'notice.exhausted.declined': '{card} wurde abgelehnt.',
  'notice.exhausted.declinedUnnamed': 'Die automatische Aufladung ist angehalten.',

  'notice.never_topped_up.title': 'Laden Sie Guthaben auf, um zu telefonieren.',

  'notice.approve.title':
    'Geben Sie {amount} bis {time} bei Ihrer Bank frei, sonst wird die Zahlung abgebrochen und nichts abgebucht.',

  'notice.paused.title': 'Die automatische Aufladung ist angehalten.',
  'notice.paused.declined': '{card} wurde abgelehnt, zuletzt {time}.',
  'notice.paused.canceled': 'Eine Aufladung wurde {time} abgebrochen.',
  'notice.paused.restored':
    'Die Einstellungen können seit einer Wiederherstellung veraltet sein: speichern Sie sie erneut.',
  'notice.paused.since': 'Angehalten seit {time}.',
  'notice.paused.act': 'Sie wird erst wieder belastet, wenn Sie handeln.',

  'notice.lastsUntil': 'Das Guthaben reicht etwa bis {day}; danach sind Anrufe gesperrt.',

  'notice.taken_back.title': 'Die automatische Aufladung ist angehalten.',
  'notice.taken_back.text':
    '{amount} vom {date} wurden {reason, select, disputed {zurückbelastet} other {erstattet}} und vom Guthaben abgezogen. Es wird nichts abgebucht, bis Sie fortsetzen.',

  'notice.expired.title': '{card} ist abgelaufen.',

  'notice.expiring.title': '{card} läuft am {date} ab.',

  'notice.expiry.text': 'Spätere Abbuchungen werden wahrscheinlich abgelehnt.',

  'notice.no_method.title': 'Kein Zahlungsmittel gespeichert.',
  'notice.no_method.text': 'Die automatische Aufladung kann kein Guthaben aufladen.',

  'notice.cap.title': 'Monatliche Obergrenze erreicht: {spent} von {cap}.',
  'notice.cap.text': 'Die automatische Aufladung wartet bis {date}.',

  'notice.cap_nearly_used.title': '{percent} % der monatlichen Obergrenze sind verbraucht.',
  'notice.cap_nearly_used.text': '{spent} von {cap}.',

  'notice.day_limit.title':
    'Die automatische Aufladung wartet bis {time}: {limit} in 24 Stunden sind die Sicherheitsgrenze.',
  'notice.day_limit.lasts': 'Das Guthaben reicht etwa bis {day}.',
  'notice.day_limit.check': 'Prüfen Sie, ob die Nutzung Ihre ist.',

  'notice.failed.title': '{amount} wurden abgelehnt.',
  'notice.failed.text':
    'Es wurde nichts abgebucht; Ihre Bank zeigt vielleicht einige Tage lang einen vorgemerkten Betrag.',
  'notice.failed.next': 'Versuch {number} von {ofTries} ist {time}.',
  'notice.failed.due': 'Es wird jetzt erneut versucht.',

  'notice.low.title': 'Das Guthaben wird knapp: {balance} übrig, {days}.',
  'notice.low.titleOnly': 'Das Guthaben wird knapp: {balance} übrig.',
  'notice.low.text': 'Bei null werden ausgehende und gebührenfreie Anrufe gesperrt.',

  'notice.small.title': 'Aufladungen sind kleiner als der Verbrauch eines Tages.',
  'notice.small.text': 'Verbraucht werden etwa {average} am Tag, aufgeladen {amount}; {week} reichen für eine Woche.',

  'notice.closed.title': 'Geschlossen am {date}.',
  'notice.closed.text': 'Spätere Nutzung kann noch abgebucht werden.',

  'notice.checking.title': 'Eine Zahlung von {amount} wird geprüft.',
  'notice.checking.text':
    'Sie werden dafür höchstens einmal belastet. Können Anrufe nicht warten, zahlen Sie mit einer anderen Karte; gelingen beide, werden beide zu Guthaben.',

  'notice.processing.title': '{amount} sind in Bearbeitung.',
  'notice.processing.text': 'Sie werden Guthaben, sobald sie bestätigt sind, bei Karten meist binnen einer Minute.',

  'notice.off.title': 'Die automatische Aufladung ist aus.',
  'notice.off.text': '{balance} reichen {days}.',

  'notice.added.title': '{amount} aufgeladen.',
  'notice.added.back': '{amount} sind wieder da.',
  'notice.added.text': 'Das Guthaben beträgt {balance}.',
  'notice.added.calls': 'Anrufe gehen wieder seit {time}.',
}
