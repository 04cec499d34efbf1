/**
 * `?open=export` in the page's address opens the dialog with the newest export. The mail about an export leads there by
 * way of the dashboard. The parameter is removed on closing, so that a reload does not open the dialog again.
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
