/** SQL expressions for instants, in the two forms in which they are read. Arguments are columns or expressions, never input. */

/** The instant as RFC 3339 text in UTC with six decimals; null for null. */
export function instantText(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** The instant in microseconds since 1970, as bigint; null for null. */
export function epochMicros(expression: string): string {
  return `(extract(epoch from ${expression}) * 1000000)::bigint`
}
