/**
 * The part of ICU's MessageFormat that the page's texts use: `{name}`, `{n, number}`, `{n, plural, =0 {..} one {# day}
 * other {..}}` and `{x, select, a {..} other {..}}`, nested. Money and dates are formatted before and passed in as
 * text, so nothing more is needed; all of ICU would be a sixth of the first view.
 */
export type MessageValue = string | number
export type MessageValues = Readonly<Record<string, MessageValue>>

type Part =
  | { readonly text: string }
  | { readonly name: string }
  | {
      readonly name: string
      readonly kind: 'plural' | 'select'
      readonly options: ReadonlyMap<string, readonly Part[]>
    }
  | { readonly isCount: true }

export type Message = readonly Part[]

/** Throws `SyntaxError` for anything outside that part. */
export function parseMessage(text: string): Message {
  const reader = { text, at: 0 }
  const message = readParts(reader, false)
  if (reader.at < text.length) throw new SyntaxError(`"}" without "{" in: ${text}`)
  return message
}

/** Throws `TypeError` if a value is missing: an incomplete sentence must not be shown. */
export function formatMessage(message: Message, values: MessageValues, locale: string, count?: number): string {
  return message
    .map((part) => {
      if ('text' in part) return part.text
      if ('isCount' in part) return new Intl.NumberFormat(locale).format(count ?? 0)
      const value = values[part.name]
      if (value === undefined) throw new TypeError(`no value for {${part.name}}`)
      if (!('kind' in part)) return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value
      const chosen = part.kind === 'plural' ? pluralOf(part.options, Number(value), locale) : String(value)
      const option = part.options.get(chosen) ?? part.options.get('other')!
      return formatMessage(option, values, locale, part.kind === 'plural' ? Number(value) : count)
    })
    .join('')
}

/** The names of the values that a message takes. */
export function namesIn(message: Message): Set<string> {
  const names = new Set<string>()
  for (const part of message) {
    if ('name' in part) names.add(part.name)
    if ('options' in part)
      for (const option of part.options.values()) for (const name of namesIn(option)) names.add(name)
  }
  return names
}

function pluralOf(options: ReadonlyMap<string, unknown>, count: number, locale: string): string {
  return options.has(`=${count}`) ? `=${count}` : new Intl.PluralRules(locale).select(count)
}

interface Reader {
  readonly text: string
  at: number
}

function readParts(reader: Reader, isPlural: boolean): Part[] {
  const parts: Part[] = []
  for (;;) {
    const text = readWhile(reader, isPlural ? /[^{}#]/ : /[^{}]/)
    if (text !== '') parts.push({ text })
    const next = reader.text[reader.at]
    if (next === '{') parts.push(readArgument(reader, isPlural))
    else if (next === '#') {
      reader.at += 1
      parts.push({ isCount: true })
    } else return parts
  }
}

function readArgument(reader: Reader, isPlural: boolean): Part {
  expectNext(reader, '{')
  const name = readWhile(reader, /\w/)
  if (name === '') throw new SyntaxError(`a name is missing at ${reader.at} in: ${reader.text}`)
  if (reader.text[reader.at] === '}') {
    reader.at += 1
    return { name }
  }
  expectNext(reader, ',')
  const kind = readWhile(reader, /\w/)
  // A number is always written in the reader's locale, so the type makes no difference.
  if (kind === 'number' && reader.text[reader.at] === '}') {
    reader.at += 1
    return { name }
  }
  if (kind !== 'plural' && kind !== 'select')
    throw new SyntaxError(`{${name}, ${kind}} is not supported: ${reader.text}`)
  expectNext(reader, ',')
  const options = new Map<string, readonly Part[]>()
  for (skipSpace(reader); reader.text[reader.at] !== '}'; skipSpace(reader)) {
    const option = readWhile(reader, /[\w=]/)
    if (option === '') throw new SyntaxError(`an option is missing at ${reader.at} in: ${reader.text}`)
    expectNext(reader, '{')
    options.set(option, readParts(reader, kind === 'plural' || isPlural))
    expectNext(reader, '}')
  }
  reader.at += 1
  if (!options.has('other')) throw new SyntaxError(`{${name}} has no "other": ${reader.text}`)
  return { name, kind, options }
}

function readWhile(reader: Reader, allowed: RegExp): string {
  const start = reader.at
  while (reader.at < reader.text.length && allowed.test(reader.text[reader.at]!)) reader.at += 1
  return reader.text.slice(start, reader.at)
}

function skipSpace(reader: Reader): void {
  readWhile(reader, /\s/)
}

/** Skips the spaces around it, which only separate. */
function expectNext(reader: Reader, character: string): void {
  if (character !== '}') skipSpace(reader)
  if (reader.text[reader.at] !== character) {
    throw new SyntaxError(`"${character}" is missing at ${reader.at} in: ${reader.text}`)
  }
  reader.at += 1
  if (character === ',') skipSpace(reader)
}
