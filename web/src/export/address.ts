/**
 * `?open=export` in the page's address opens the dialog with the newest export: where the mail about one leads, by way of the
 * dashboard. Once it is closed, a reload does not open it again.
 */
const PARAMETER = 'open'
const EXPORT = 'export'

export function isAskedFor(search: string): boolean {
  return new URLSearchParams(search).get(PARAMETER) === EXPORT
}

export function takeFromAddress(): void {
  const address = new URL(location.href)
  if (!isAskedFor(address.search)) return
  address.searchParams.delete(PARAMETER)
  history.replaceState(history.state, '', address)
}
