/**
 * The catalogue of texts: what page and mail say, and the only place where it is worded. One file a language, ICU messages by
 * id, parsed when they are first said, so neither a server nor a page needs a build step for them. Ids, and what each message
 * has to be given, are checked by the compiler against the English file; the other languages are held to it by a test.
 */
import { IntlMessageFormat } from 'intl-messageformat'
import type { en } from './en.ts'

export type TextId = keyof typeof en

/** All messages of one language. */
export type Messages = Readonly<Record<TextId, string>>

/** What stands after a brace: an argument, or the inside of a choice, which is always more than one word. */
type ArgumentIn<Inside extends string> = Inside extends `${infer Name}, ${'plural' | 'number'}${string}`
  ? [name: Name, value: number]
  : Inside extends `${string} ${string}`
    ? never
    : [name: Inside, value: string]

type ArgumentsOf<Message extends string> = Message extends `${string}{${infer Rest}`
  ? (Rest extends `${infer Inside}}${string}` ? ArgumentIn<Inside> : never) | ArgumentsOf<Rest>
  : never

/** What a message is given: text that is formatted already, and numbers that it chooses a plural by. */
export type ValuesOf<Id extends TextId> = {
  readonly [Argument in ArgumentsOf<(typeof en)[Id]> as Argument[0]]: Argument[1]
}

/** The catalogue in one language. */
export interface Texts {
  /** The language of the messages, as HTML's `lang`. */
  readonly language: string
  /** By which amounts and dates are written: of the reader, where the messages are in their language. */
  readonly locale: string
  say<Id extends TextId>(id: Id, ...values: keyof ValuesOf<Id> extends never ? [] : [ValuesOf<Id>]): string
}

/** Throws where a value is missing that the compiler could not see. */
export function textsOf(messages: Messages, language: string, locale: string = language): Texts {
  const parsed = new Map<TextId, IntlMessageFormat>()
  return {
    language,
    locale,
    say(id, ...[values]) {
      let message = parsed.get(id)
      if (message === undefined) {
        // A message has no tags: `<` stands for itself, whoever writes it.
        message = new IntlMessageFormat(messages[id], locale, undefined, { ignoreTag: true })
        parsed.set(id, message)
      }
      return String(message.format(values as Record<string, string | number> | undefined))
    },
  }
}
