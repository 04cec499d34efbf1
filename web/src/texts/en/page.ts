/**
 * Texts of the page in English, except notices and what is below the tabs. Amounts, dates and names are passed in
 * formatted.
 */
export const PAGE = {
  'page.billing': 'Billing',
  'page.credit': 'Credit',
  'page.intro':
    'Prepaid credit pays for what your plan does not cover: calls outside your package, toll-free numbers, messages, AI. It is separate from your subscription.',
  'page.sandbox': 'Sandbox: no real money moves',
  'page.signedIn': 'Signed in as {name}',
  'page.signOut': 'Sign out',
  'page.back': 'Back to {product}',
  'page.zone': 'Dates and times are in {zone}.',
  'page.onlyAdmins': 'Only admins can change this: {names}.',
  'page.onlyAdminsUnnamed': 'Only admins can change this.',
  'page.loading': 'Loading',
  'page.sessionOver': 'Your session has ended. Open Billing again from your dashboard.',
  'page.noAccess': 'You cannot see billing. Ask an admin.',

  'action.edit': 'Edit',
  'action.editAutoTopUp': 'Edit auto top-up',
  'action.editAlerts': 'Edit alerts',
  'action.turnOff': 'Turn off',
  'action.turnOffAutoTopUp': 'Turn off auto top-up',
  'action.change': 'Change',
  'action.remove': 'Remove',
  'action.removePaymentMethod': 'Remove payment method',
  'action.save': 'Save',
  'action.cancel': 'Cancel',
  'action.close': 'Close',
  'action.dismissNotice': 'Dismiss: {title}',
  'action.tryAgain': 'Try again',

  'part.balance': 'Balance',
  'part.autoTopUp': 'Auto top-up',
  'part.paymentMethod': 'Payment method',
  'part.alerts': 'Alerts',
  'part.movements': 'Movements',
  'part.payments': 'Payments',
  'part.notLoaded': '{part} could not be loaded.',

  'balance.blocked': 'Outbound and toll-free calls are blocked',
  'balance.blockedSince': 'Since {time}. Inbound calls to standard numbers and emergency calls work.',
  'balance.nextTopUp': 'Next top-up in {days}',
  'balance.lasts': 'Lasts {days}',
  'balance.noUsage': 'No usage in {count, plural, one {# day} other {# days}}',
  'balance.usedToday': 'Used today {used}, usually {usual}',
  'balance.usedTodayOnly': 'Used today {used}',
  'balance.unusual': 'Used today {used}, usually {usual}. Check that the usage is yours.',
  'balance.processing': '{amount} processing',

  'auto.waitingOpen': 'Waiting',
  'auto.rule': 'When credit falls below {threshold}, {card} is charged {amount}.',
  'auto.ruleWithoutCard': 'When credit falls below {threshold}, {amount} is charged.',
  'auto.ruleNoMethod':
    'When credit falls below {threshold}, {amount} is to be charged, but no payment method is saved.',
  'auto.nothingBefore': 'Nothing is charged before {time}.',
  'auto.limits': 'At most 5 times in 24 hours and {cap} a month.',
  'auto.limitsWithoutCap': 'At most 5 times in 24 hours, no monthly cap.',
  'auto.month': '{month}: {spent} of {cap}',
  'auto.monthWithoutCap': '{month}: {spent}',
  'auto.offText': 'Off. Nothing is charged unless somebody adds credit.',
  'auto.offRule': 'It last charged {amount} below {threshold}.',
  'auto.recommended': 'Recommended: adds credit before calls are blocked, within limits that you set.',

  'method.until': 'Card, expires {expiry}',
  'method.none': 'None saved',

  'alerts.rule': 'Email at {levels} to {names}',
  'alerts.ruleUnnamed': 'Email at {levels} to {count, plural, one {# contact} other {# contacts}}',
  'alerts.nobody': 'Nobody gets email: there is no contact.',
  'alerts.zero': 'zero',

  'field.empty': 'Enter an amount',
  'field.digits': 'Use digits, like {example}',
  'field.decimals': 'Use at most 2 decimals',
  'field.min': 'Enter {min} or more',
  'field.max': 'Enter {max} or less',
  'field.readBack': '= {amount}',

  'form.faults': '{count, plural, one {Check # field:} other {Check # fields:}}',
} as const
