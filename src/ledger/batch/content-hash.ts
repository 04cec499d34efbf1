/** The content hash, which distinguishes a duplicate from a conflict: 128 bits of SHA-256 over the content, in hex. */
import { hash } from 'node:crypto'
import { contentOf } from '../../core/usage/content.ts'
import type { UsageEvent } from '../../core/usage/event.ts'

/** Returns the content hash of an event. */
export function contentHashOf(event: UsageEvent): string {
  return hash('sha256', contentOf(event), 'hex').slice(0, 32)
}
