/** Why something was not saved, in words: whose change came first, or whether trying again may help. */
import type { Schema } from '../../../src/api/client/client.ts'
import type { DateFormat } from '../format/dates.ts'
import type { Translate } from '../texts/texts.ts'

export interface Readers {
  readonly self: { readonly id: string }
  readonly contacts: readonly { readonly id: string; readonly email: string | null }[]
}

/** What the API refused it with. */
export interface Refusal {
  readonly status: number
  readonly problem: Schema<'Problem'> | undefined
}

/** Null: there was no answer. */
export function saveFaultText(
  refusal: Refusal | null,
  { self, contacts }: Readers,
  { t, dates }: { readonly t: Translate; readonly dates: Pick<DateFormat, 'time'> },
): string {
  if (refusal === null || refusal.status >= 500 || refusal.status === 429) return t('save.failed')
  const current = refusal.problem?.current
  if (refusal.status !== 412 || current === undefined) return t('save.refused')
  const { changed_by: by } = current
  const time = dates.time(current.changed_at)
  if (by === self.id) return t('save.changedByYou', { time })
  // Whoever is no contact may be a service: its name is no name for customers.
  const name = contacts.find(({ id }) => id === by)?.email ?? null
  return name === null ? t('save.changedBySomebody', { time }) : t('save.changed', { name, time })
}
