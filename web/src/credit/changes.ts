/** The differences between what the reader saw and the current state, each as `threshold €25.00 → €40.00`. */
import type { Change } from '../api/answered.ts'
import type { Words } from '../texts/words-of.ts'
import type { AlertLevels, AutoTopUp } from './data.ts'
import { cardName } from './wording.ts'

export function autoTopUpChanges(seen: AutoTopUp, current: AutoTopUp, words: Words): string[] {
  const { t } = words
  const [was, now] = [seen.settings, current.settings]
  const wasOn = was?.is_on ?? false
  const isOn = now?.is_on ?? false
  const list = listIn(words, current.currency)
  return [
    ...(wasOn === isOn ? [] : [t(isOn ? 'changed.turnedOn' : 'changed.turnedOff')]),
    ...list.amount('changed.threshold', was?.threshold, now?.threshold),
    ...list.amount('changed.amount', was?.amount, now?.amount),
    ...list.amount('changed.cap', was?.monthly_cap, now?.monthly_cap),
    ...(seen.method?.method_id === current.method?.method_id
      ? []
      : [t('changed.method', { from: methodName(seen, words), to: methodName(current, words) })]),
  ]
}

export function alertChanges(seen: AlertLevels, current: AlertLevels, words: Words): string[] {
  const list = listIn(words, current.currency)
  return [
    ...list.amount('changed.custom', seen.custom, current.custom),
    ...list.amount('changed.low', seen.low, current.low),
  ]
}

function listIn({ t, money }: Words, currency: string) {
  const { amount } = money(currency)
  const written = (value: string | null) => (value === null ? t('changed.none') : amount(value))
  return {
    amount(
      id: `changed.${'threshold' | 'amount' | 'cap' | 'custom' | 'low'}`,
      from: string | null = null,
      to: string | null = null,
    ): string[] {
      return from === to ? [] : [t(id, { from: written(from), to: written(to) })]
    },
  }
}

function methodName({ method }: AutoTopUp, words: Words): string {
  if (method === null) return words.t('changed.noMethod')
  return cardName(method, words) ?? words.t('changed.otherCard')
}

/** If the API has no name, it may be a contact, or a service, whose name is not meant for customers. */
export function whoChanged(
  { changed_by, changed_by_name, changed_at }: Change,
  { self, contacts }: Readers,
  { t, dates, now }: Pick<Words, 't' | 'dates' | 'now'>,
): string {
  const isToday = dates.isSameDay(changed_at, now().toISOString())
  const when = isToday
    ? t('changed.at', { time: dates.time(changed_at) })
    : t('changed.on', { moment: dates.moment(changed_at) })
  if (changed_by === self.id) return t('changed.byYou', { when })
  const name = changed_by_name ?? contacts.find(({ id }) => id === changed_by)?.email ?? null
  return name === null ? t('changed.bySomebody', { when }) : t('changed.by', { name, when })
}

export interface Readers {
  readonly self: { readonly id: string }
  readonly contacts: readonly { readonly id: string; readonly email: string | null }[]
}

/** `changes` is null if the current state could not be read. */
export function changeText(
  change: Change,
  changes: readonly string[] | null,
  readers: Readers,
  words: Pick<Words, 't' | 'dates' | 'now'>,
): string {
  const { t } = words
  const sentence = whoChanged(change, readers, words)
  if (changes === null) return t('changed.unlisted', { sentence })
  // Joined by semicolons, as amounts contain commas in many languages.
  return t('changed.listed', { sentence, changes: changes.length === 0 ? t('changed.nothing') : changes.join('; ') })
}
