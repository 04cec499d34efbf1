/**
 * The catalogue of texts: the only place where page and mail are worded. There is one file per language, of ICU
 * messages by id, parsed on first use, so no build step is needed. The compiler checks ids and values against the
 * English file; a test checks the other languages against it.
 */
import { IntlMessageFormat } from 'intl-messageformat'
import type { en } from './en.ts'

export type TextId = keyof typeof en

/** All messages of one language. */
export type Messages = Readonly<Record<TextId, string>>

/** What follows a brace: the name of an argument, or the inside of a choice, which has more than one word. */
type ArgumentIn<Inside extends string> = Inside extends `${infer Name}, ${'plural' | 'number'}${string}`
  ? [name: Name, value: number]
  : Inside extends `${string} ${string}`
    ? never
    : [name: Inside, value: string]

type ArgumentsOf<Message extends string> = Message extends `${string}{${infer Rest}`
  ? (Rest extends `${infer Inside}}${string}` ? ArgumentIn<Inside> : never) | ArgumentsOf<Rest>
  : never

/** The values of a message: formatted text, and numbers that select a plural. */
export type ValuesOf<Id extends TextId> = {
  readonly [Argument in ArgumentsOf<(typeof en)[Id]> as Argument[0]]: Argument[1]
}

/** The catalogue in one language. */
export interface Texts {
  /** The language of the messages, for HTML's `lang`. */
  readonly language: string
  /** For amounts and dates: the reader's region, in the language of the messages. */
  readonly locale: string
  say<Id extends TextId>(id: Id, ...values: keyof ValuesOf<Id> extends never ? [] : [ValuesOf<Id>]): string
}

/** The catalogue in one language. `say` throws if a value is missing. */
export function textsOf(messages: Messages, language: string, locale: string = language): Texts {
  const parsed = new Map<TextId, IntlMessageFormat>()
  return {
    language,
    locale,
    say(id, ...[values]) {
      let message = parsed.get(id)
      if (message === undefined) {
        // Messages contain no tags, so `<` is a plain character.
        message = new IntlMessageFormat(messages[id], locale, undefined, { ignoreTag: true })
        parsed.set(id, message)
      }
      return String(message.format(values as Record<string, string | number> | undefined))
    },
  }
}
