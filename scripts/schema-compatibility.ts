/**
 * Checks whether two versions of an event schema can read each other, as FULL_TRANSITIVE requires for every pair.
 *
 * It is stricter than Avro's resolution, which lets a type widen and ignores units of time: a field may never change its type.
 * Being stricter than the registry is safe; being laxer would only show when a service starts.
 */
import avro from 'avsc'

interface RecordField {
  readonly name: string
  readonly type: unknown
  readonly default?: unknown
}

/** One line for every reason why one version cannot read the other; empty: they are compatible. */
export function incompatibilities(released: unknown, current: unknown): readonly string[] {
  return [
    ...differences('', released, current, '', ''),
    ...unreadable('a reader of the released version cannot read the current one', released, current),
    ...unreadable('a reader of the current version cannot read the released one', current, released),
  ]
}

function unreadable(what: string, readerSchema: unknown, writerSchema: unknown): readonly string[] {
  const reader = avro.Type.forSchema(readerSchema as avro.Schema)
  const writer = avro.Type.forSchema(writerSchema as avro.Schema)
  try {
    reader.createResolver(writer)
    return []
  } catch (error) {
    return [`${what}: ${(error as Error).message}`]
  }
}

/** `path`: the position in the schema, for people. The namespaces apply to names without one. */
function differences(path: string, was: unknown, is: unknown, wasSpace: string, isSpace: string): readonly string[] {
  const [before, after] = [shapeOf(was, wasSpace), shapeOf(is, isSpace)]
  const here = path === '' ? 'the record' : path
  if (before.name !== after.name) return [`${here} changed from ${before.name} to ${after.name}`]
  const within = (step: string, a: unknown, b: unknown) =>
    differences(path === '' ? step : `${path}.${step}`, a, b, before.space, after.space)

  const faults: string[] = []
  if (before.fields !== null && after.fields !== null) {
    const [old, now] = [byName(before.fields), byName(after.fields)]
    for (const [name, field] of now) {
      const earlier = old.get(name)
      if (earlier !== undefined) faults.push(...within(name, earlier.type, field.type))
      else if (!('default' in field)) faults.push(`field ${name} of ${here} was added without a default`)
    }
    for (const [name, field] of old) {
      if (!now.has(name) && !('default' in field)) {
        faults.push(`field ${name} of ${here} was removed, and had no default`)
      }
    }
  }
  if (before.branches !== null && after.branches !== null) {
    const named = (branches: readonly unknown[], space: string) =>
      new Map(branches.map((branch) => [shapeOf(branch, space).name, branch]))
    const [old, now] = [named(before.branches, before.space), named(after.branches, after.space)]
    for (const [name, branch] of now) {
      if (old.has(name)) faults.push(...within(name, old.get(name), branch))
      else faults.push(`${here} may now be ${name} as well`)
    }
    for (const name of old.keys()) if (!now.has(name)) faults.push(`${here} may no longer be ${name}`)
  }
  if (before.items !== undefined) faults.push(...within('items', before.items, after.items))
  return faults
}

interface Shape {
  /** What must not change: the type, its logical type, and the name of a named type. */
  readonly name: string
  readonly space: string
  readonly fields: readonly RecordField[] | null
  readonly branches: readonly unknown[] | null
  readonly items?: unknown
}

function shapeOf(schema: unknown, space: string): Shape {
  const nothing = { space, fields: null, branches: null }
  if (typeof schema === 'string') return { ...nothing, name: schema }
  if (Array.isArray(schema)) return { ...nothing, name: 'union', branches: schema }
  const { type, name, namespace, fields, items, values, logicalType, precision, scale, size } = schema as Record<
    string,
    unknown
  >
  if (typeof type === 'object') return shapeOf(type, space)
  const inner = typeof namespace === 'string' ? namespace : space
  const parts = [type, name === undefined ? undefined : `${inner}.${name}`, logicalType, precision, scale, size]
  return {
    name: parts.filter((part) => part !== undefined).join(' '),
    space: inner,
    fields: Array.isArray(fields) ? (fields as readonly RecordField[]) : null,
    branches: null,
    items: items ?? values,
  }
}

function byName(fields: readonly RecordField[]): ReadonlyMap<string, RecordField> {
  return new Map(fields.map((field) => [field.name, field]))
}
