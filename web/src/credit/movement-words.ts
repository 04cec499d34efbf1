/** Movements in the reader's words: name, destination, quantity. */
import type { TextId } from '../texts/ids.ts'
import type { Words } from '../texts/words-of.ts'
import type { Movement } from './data.ts'

/** The name of a movement. Unknown kinds are named by whether they add or take credit. */
export function movementName({ kind, usage }: Movement, { t }: Words): string {
  if (kind !== 'usage') {
    return t(hasText(`kind.${kind}`) ? (`kind.${kind}` as TextId) : 'kind.adjustment')
  }
  if (usage === null) return t('kind.usage')
  const { type, channel, direction, sku } = usage
  if (type === 'other') return t('kind.other', { sku: sku ?? '' })
  const id = type === 'message' ? `kind.${channel ?? 'message'}` : `kind.${type}${isInboundCall() ? '_inbound' : ''}`
  return t(hasText(id) ? (id as TextId) : 'kind.usage')

  function isInboundCall() {
    return type === 'call' && direction === 'inbound'
  }
}

const KINDS: readonly string[] = [
  'kind.call',
  'kind.call_inbound',
  'kind.toll_free',
  'kind.sms',
  'kind.mms',
  'kind.whatsapp',
  'kind.message',
  'kind.conversation_intelligence',
  'kind.voice_agent',
  'kind.reversal',
  'kind.top_up',
  'kind.refund',
  'kind.dispute',
  'kind.adjustment',
] satisfies TextId[]

function hasText(id: string): boolean {
  return KINDS.includes(id)
}

/** Billed quantity: `2 min 10 s`, `3 fragments`, `12 × number-lookup`; null if it is not usage. */
export function unitsPhrase({ usage }: Movement, { t }: Words): string | null {
  if (usage === null) return null
  const { type, units, sku } = usage
  if (type === 'message') return t('units.fragments', { count: units })
  if (type === 'other') return t('units.items', { count: units, sku: sku ?? '' })
  return type === 'correction' ? null : durationPhrase(units, t)
}

/** Short enough for a row: no seconds from an hour on. */
export function durationPhrase(billedSeconds: number, t: Words['t']): string {
  const [hours, minutes, seconds] = [
    Math.floor(billedSeconds / 3600),
    Math.floor((billedSeconds % 3600) / 60),
    billedSeconds % 60,
  ]
  if (hours > 0) return t('units.hours', { hours, minutes })
  if (minutes === 0) return t('units.seconds', { seconds })
  return seconds === 0 ? t('units.wholeMinutes', { minutes }) : t('units.minutes', { minutes, seconds })
}

/** `Germany (+49 30 …)`: the destination, and the number as far as the reader may see it. */
export function destinationPhrase({ usage }: Movement): string | null {
  if (usage === null) return null
  const { destination, number } = usage
  if (destination === null) return number
  return number === null ? destination : `${destination} (${number})`
}
