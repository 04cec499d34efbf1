/** What each notice says in English. The first sentence is the title; what depends on a figure is a message of its own. */
export const NOTICES = {
  'notice.exhausted.title': 'Credit has run out.',
  'notice.exhausted.blocked':
    'Blocked since {time}: all outbound calls, including those in your package, and inbound calls to toll-free numbers. Working: inbound calls to standard numbers, emergency calls. Messages and AI usage go on and add to the debt.',
  'notice.exhausted.owed': 'Add more than {owed} to unblock calls.',
  'notice.exhausted.nothingOwed': 'Add credit to unblock calls.',
  'notice.exhausted.open': '{amount} is being processed; calls resume when it is confirmed.',
  'notice.exhausted.declined': '{card} was declined.',
  'notice.exhausted.declinedUnnamed': 'Auto top-up is paused.',

  'notice.never_topped_up.title': 'Add credit to start calling.',

  'notice.approve.title': 'Approve {amount} with your bank by {time}, or it is canceled and nothing is charged.',

  'notice.paused.title': 'Auto top-up is paused.',
  'notice.paused.declined': '{card} was declined, last {time}.',
  'notice.paused.canceled': 'A top-up was canceled {time}.',
  'notice.paused.restored': 'Settings may be out of date since a restore: save them again.',
  'notice.paused.since': 'Paused since {time}.',
  'notice.paused.act': 'It is not charged again until you act.',

  'notice.lastsUntil': 'Credit lasts until about {day}; then calls are blocked.',

  'notice.taken_back.title': 'Auto top-up is paused.',
  'notice.taken_back.text':
    '{amount} of {date} was {reason, select, disputed {disputed} other {refunded}} and left your credit. Nothing is charged until you resume.',

  'notice.expired.title': '{card} has expired.',

  'notice.expiring.title': '{card} expires on {date}.',

  'notice.expiry.text': 'Later charges are likely to be declined.',

  'notice.no_method.title': 'No payment method saved.',
  'notice.no_method.text': 'Auto top-up cannot add credit.',

  'notice.cap.title': 'Monthly cap reached: {spent} of {cap}.',
  'notice.cap.text': 'Auto top-up waits until {date}.',

  'notice.cap_nearly_used.title': '{percent} % of the monthly cap is used.',
  'notice.cap_nearly_used.text': '{spent} of {cap}.',

  'notice.day_limit.title': 'Auto top-up waits until {time}: {limit} in 24 hours is the safety limit.',
  'notice.day_limit.lasts': 'Credit lasts until about {day}.',
  'notice.day_limit.check': 'Check that the usage is yours.',

  'notice.failed.title': '{amount} was declined.',
  'notice.failed.text': 'No payment was taken; your bank may show a pending amount for a few days.',
  'notice.failed.next': 'Try {number} of {ofTries} is on {time}.',
  'notice.failed.due': 'It is tried again now.',

  'notice.low.title': 'Credit is running low: {balance} left, {days}.',
  'notice.low.titleOnly': 'Credit is running low: {balance} left.',
  'notice.low.text': 'At zero, outbound and toll-free calls are blocked.',

  'notice.small.title': 'Top-ups are smaller than a day’s usage.',
  'notice.small.text': 'Usage is about {average} a day, a top-up {amount}; {week} covers a week.',

  'notice.closed.title': 'Closed on {date}.',
  'notice.closed.text': 'Late usage can still be debited.',

  'notice.checking.title': 'Checking a payment of {amount}.',
  'notice.checking.text':
    'You are charged at most once for this. If calls cannot wait, pay with another card; if both succeed, both become credit.',

  'notice.processing.title': '{amount} is being processed.',
  'notice.processing.text': 'It becomes credit once confirmed, cards usually within a minute.',

  'notice.off.title': 'Auto top-up is off.',
  'notice.off.text': '{balance} lasts {days}.',

  'notice.added.title': '{amount} added.',
  'notice.added.back': '{amount} is back.',
  'notice.added.text': 'Credit is {balance}.',
  'notice.added.calls': 'Calls work again since {time}.',
} as const
