/** The final state of a consumer that drops everything not newer by (epoch, version): the newest event of each account. */
export function newestByAccount(events: readonly Record<string, unknown>[]): Map<string, Record<string, unknown>> {
  const newest = new Map<string, Record<string, unknown>>()
  for (const event of events) {
    const accountId = String(event.account_id)
    const known = newest.get(accountId)
    if (known === undefined || isNewer(event, known)) newest.set(accountId, event)
  }
  return newest
}

function isNewer(event: Record<string, unknown>, known: Record<string, unknown>): boolean {
  const epochs = Number(event.epoch) - Number(known.epoch)
  return epochs > 0 || (epochs === 0 && Number(event.version) > Number(known.version))
}
