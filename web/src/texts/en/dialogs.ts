/** What the dialogs of the settings say, in English. */
export const DIALOGS = {
  'auto.turnOffTitle': 'Turn off auto top-up?',
  'auto.turnOffText': 'Credit lasts {days}. An open payment still completes.',
  'auto.turnOffTextUnknown': 'An open payment still completes.',
  'action.keepOn': 'Keep on',

  'alerts.title': 'Edit alerts',
  'alerts.field': 'Also email when credit falls below',
  'alerts.hint': 'Leave it empty for none. Email is always sent at {low} and at zero, to {names}.',
  'alerts.hintNobody': 'Leave it empty for none. Nobody gets email: there is no contact.',

  'save.changed': '{name} changed this at {time}.',
  'save.changedBySomebody': 'Somebody changed this at {time}.',
  'save.changedByYou': 'You changed this at {time}, on another page.',
  'save.loadCurrent': 'Load current',
  'save.refused': 'This cannot be saved now.',
  'save.failed': 'This could not be saved. Check your connection, then try again.',
} as const
