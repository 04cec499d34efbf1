/** Texts of the charts, in English. */
export const CHARTS = {
  'charts.credit': 'Credit over time',
  'charts.usage': 'What used it',
  'charts.range': 'Days that both charts show',
  'charts.days': '{days} days',
  'charts.by': 'What used credit, by',
  'charts.by.kind': 'Kind',
  'charts.by.user': 'User',
  'charts.by.destination': 'Destination',

  'charts.fell':
    'Credit fell from {from} to {to} in {days} days, {count, plural, =0 {without a top-up} one {with a top-up of {added}} other {with # top-ups of {added} in all}}.',
  'charts.rose':
    'Credit rose from {from} to {to} in {days} days, {count, plural, =0 {without a top-up} one {with a top-up of {added}} other {with # top-ups of {added} in all}}.',
  'charts.stayed':
    'Credit is {to}, as {days} days ago, {count, plural, =0 {without a top-up} one {with a top-up of {added}} other {with # top-ups of {added} in all}}.',
  'charts.threshold': 'Threshold {amount}',
  'charts.automatic': 'Automatic top-up',
  'charts.manual': 'Top-up by hand',
  'charts.read': 'Credit day by day',
  'charts.reading': '{when}: {balance}',
  'charts.showFigures': 'Show figures',
  'charts.utcDays': 'Days are in UTC, by when usage and payments were recorded.',
  'charts.day': 'Day',
  'charts.used': 'Used',
  'charts.added': 'Added',
  'charts.other': 'Other',
  'charts.closing': 'Credit',

  'charts.usedMost': '{name} used most: {used} of {total} in {days} days.',
  'charts.nobodyMost':
    'Most was {by, select, user {without a user} other {without a destination}}: {used} of {total} in {days} days.',
  'charts.usedInAll': '{total} was used in {days} days.',
  'charts.noUser': 'No user',
  'charts.noDestination': 'No destination',
  'charts.others': '{count, plural, one {# other} other {# others}}',
  'charts.showMovements': 'Show movements',
  'charts.empty': 'Nothing has used credit yet.',
  'charts.nothingUsed': 'Nothing has used credit in {days} days.',

  'charts.kind.call': 'Calls',
  'charts.kind.toll_free': 'Toll-free calls',
  'charts.kind.sms': 'SMS',
  'charts.kind.mms': 'MMS',
  'charts.kind.whatsapp': 'WhatsApp',
  'charts.kind.conversation_intelligence': 'Conversation Intelligence',
  'charts.kind.voice_agent': 'Voice agents',
  'charts.kind.other': 'Other usage',
} as const
