/**
 * Walks a YAML document node by node, so that each fault has a line. The caller asks for what it expects (a map, a list, a
 * string) and gets null, with a fault added, when something else is there.
 *
 * Only the core schema of YAML 1.2 is supported: dates and `NO` stay strings. The walk goes only as deep as the caller
 * asks, so an alias that contains itself is harmless; and the number of aliases is limited, so they cannot blow up.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  Scalar,
} from 'yaml'
import type { Micros } from '../core/money.ts'
import { type FaultList, shown } from './faults.ts'
import { readText } from './text.ts'
import { CONTROL_CHARACTER, MAX_WHOLE, readPrice } from './values.ts'

const MAX_ALIASES = 100

/** A place in the document: a node with its aliases resolved. */
export interface YamlValue {
  readonly node: Node | null
  readonly line: number
}

export type YamlMap = ReadonlyMap<string, YamlValue>

/** A parsed YAML file. Its methods read a value in an expected form, or add a fault and return null. */
export class YamlFile {
  readonly root: YamlValue
  readonly #file: string
  readonly #faults: FaultList
  readonly #document: Document.Parsed<ParsedNode>
  readonly #lines: LineCounter
  #aliasCount = 0

  private constructor(file: string, faults: FaultList, document: Document.Parsed<ParsedNode>, lines: LineCounter) {
    this.#file = file
    this.#faults = faults
    this.#document = document
    this.#lines = lines
    this.root = this.#value(document.contents, 1)
  }

  /** Parses the bytes. Null, with faults added, when they are not exactly one YAML document. */
  static parse(bytes: Uint8Array, file: string, faults: FaultList): YamlFile | null {
    const text = readText(bytes, file, faults)
    if (text === null) return null
    const lines = new LineCounter()
    let document: Document.Parsed<ParsedNode>
    try {
      document = parseDocument(text, {
        lineCounter: lines,
        prettyErrors: false,
        schema: 'core',
        resolveKnownTags: false,
        // `map` checks this, in linear instead of quadratic time.
        uniqueKeys: false,
        // `silent` would also ignore a second document.
        logLevel: 'error',
      }) as Document.Parsed<ParsedNode>
    } catch (error) {
      // The parser is recursive: thousands of nested brackets exhaust the stack.
      faults.error(file, null, `not valid YAML: ${error instanceof Error ? error.message : String(error)}`)
      return null
    }
    // A warning means a tag or directive that would silently be read as something else.
    const problems = [...document.errors, ...document.warnings]
    for (const problem of problems) {
      faults.error(file, lines.linePos(problem.pos[0]).line || 1, `not valid YAML: ${problem.message.split('\n')[0]}`)
    }
    return problems.length > 0 ? null : new YamlFile(file, faults, document, lines)
  }

  error(line: number, reason: string): void {
    this.#faults.error(this.#file, line, reason)
  }

  warning(line: number, reason: string): void {
    this.#faults.warning(this.#file, line, reason)
  }

  /** The entries of a map. Keys that are not in `known` are faults; with `known` null any string is allowed. */
  map(value: YamlValue, what: string, known: readonly string[] | null): YamlMap | null {
    if (!isMap(value.node)) return this.#refused(value, `${what} must be a map`)
    const entries = new Map<string, YamlValue>()
    for (const pair of value.node.items) {
      const key = this.#value(pair.key as Node | null, value.line)
      const name = isScalar(key.node) && typeof key.node.value === 'string' ? key.node.value : null
      if (name === null) this.error(key.line, `${what}: a key must be a string`)
      else if (name === '' || CONTROL_CHARACTER.test(name)) this.error(key.line, `${what}: bad key ${shown(name)}`)
      else if (known !== null && !known.includes(name)) this.error(key.line, `${what}: unknown key ${shown(name)}`)
      else if (entries.has(name)) this.error(key.line, `${what}: key ${shown(name)} appears twice`)
      else entries.set(name, this.#value(pair.value as Node | null, key.line))
    }
    return entries
  }

  list(value: YamlValue, what: string): YamlValue[] | null {
    if (!isSeq(value.node)) return this.#refused(value, `${what} must be a list`)
    return value.node.items.map((item) => this.#value(item as Node | null, value.line))
  }

  /** A string that is not empty and has no control characters. What YAML reads as a number has to be quoted. */
  string(value: YamlValue, what: string): string | null {
    const scalar = isScalar(value.node) ? value.node.value : undefined
    if (typeof scalar === 'number' || typeof scalar === 'boolean') {
      return this.#refused(value, `${what} must be a string: put it in quotes`)
    }
    if (typeof scalar !== 'string') return this.#refused(value, `${what} must be a string`)
    if (scalar === '') return this.#refused(value, `${what} is empty`)
    if (CONTROL_CHARACTER.test(scalar)) return this.#refused(value, `${what} has control characters`)
    return scalar
  }

  /** A string that is quoted even where YAML does not require it, so that an emergency number is never read as a number. */
  quoted(value: YamlValue, what: string): string | null {
    const type = isScalar(value.node) ? value.node.type : undefined
    const isQuoted = type === Scalar.QUOTE_DOUBLE || type === Scalar.QUOTE_SINGLE
    return isQuoted ? this.string(value, what) : this.#refused(value, `${what} must be a quoted string`)
  }

  oneOf<Option extends string>(value: YamlValue, what: string, options: readonly Option[]): Option | null {
    const scalar = isScalar(value.node) ? value.node.value : undefined
    const option = options.find((each) => each === scalar)
    return option ?? this.#refused(value, `${what} must be ${options.join(' or ')}`)
  }

  /** A whole number in plain digits, `min` to `max`. */
  whole(value: YamlValue, what: string, min: number, max: number = MAX_WHOLE): number | null {
    const scalar = isScalar(value.node) && value.node.type === Scalar.PLAIN ? value.node : null
    const number = scalar?.value
    const isWhole = typeof number === 'number' && /^\d+$/.test(scalar?.source ?? '')
    if (isWhole && number >= min && number <= max) return number
    return this.#refused(
      value,
      `${what} must be a whole number ${max === MAX_WHOLE ? `of at least ${min}` : `from ${min} to ${max}`}`,
    )
  }

  /** A quoted price: an unquoted YAML number would pass through a float. */
  price(value: YamlValue, what: string): Micros | null {
    if (isScalar(value.node) && typeof value.node.value === 'number') {
      return this.#refused(value, `${what} must be a quoted decimal, not a YAML number`)
    }
    const text = this.quoted(value, what)
    if (text === null) return null
    const price = readPrice(text)
    return typeof price === 'string' ? this.#refused(value, `${what} ${price}`) : price
  }

  isNull(value: YamlValue): boolean {
    return value.node === null || (isScalar(value.node) && value.node.value === null)
  }

  /** The entry of a required key; null, with a fault at the line of the map, when it is missing. */
  required(map: YamlMap, key: string, of: YamlValue, what: string): YamlValue | null {
    return map.get(key) ?? this.#refused(of, `${what}: missing ${key}`)
  }

  #refused(value: YamlValue, reason: string): null {
    this.error(value.line, reason)
    return null
  }

  #value(node: Node | null, lineOfParent: number): YamlValue {
    const offset = node?.range?.[0]
    const line = offset === undefined ? lineOfParent : this.#lines.linePos(offset).line || lineOfParent
    if (!isAlias(node)) return { node, line }
    this.#aliasCount++
    if (this.#aliasCount > MAX_ALIASES) {
      if (this.#aliasCount === MAX_ALIASES + 1) this.error(line, `more than ${MAX_ALIASES} aliases`)
      return { node: null, line }
    }
    return { node: node.resolve(this.#document) ?? null, line }
  }
}
