import type { UsageEvent } from './event.ts'

/** The quantity used, before increments: seconds, fragments or items; 0 for a correction. */
export function quantityUsed(event: UsageEvent): number {
  if ('durationSeconds' in event) return event.durationSeconds
  if ('fragments' in event) return event.fragments
  return 'quantity' in event ? event.quantity : 0
}
