/**
 * JSON with exactly one text per value: keys are sorted, undefined is left out, and a bigint is `{"$bigint":"12"}`. So
 * two values are equal exactly if their texts are equal, in whatever order their keys were.
 */

/**
 * Writes a value as canonical JSON. Throws a TypeError for values that would not survive a round trip: a date, a map,
 * bytes, NaN.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return `{"${BIGINT}":"${value}"}`
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (Number.isFinite(value)) return JSON.stringify(value)
      break
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
      if (Object.getPrototypeOf(value) === Object.prototype && !(BIGINT in value)) return canonicalObject(value)
  }
  throw new TypeError(`${typeof value === 'object' ? 'an object of a class' : String(value)} cannot be JSON`)
}

function canonicalObject(value: object): string {
  const members = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`)
  return `{${members.join(',')}}`
}

/** Restores the value that `canonicalJson` wrote, from its parsed JSON. */
export function fromCanonical(parsed: unknown): unknown {
  if (typeof parsed !== 'object' || parsed === null) return parsed
  if (Array.isArray(parsed)) return parsed.map(fromCanonical)
  if (BIGINT in parsed) return BigInt(parsed[BIGINT] as string)
  return Object.fromEntries(Object.entries(parsed).map(([key, part]) => [key, fromCanonical(part)]))
}

const BIGINT = '$bigint'
