/** Which payment dialog is open, and its initial entries. */
import type { KeptEntries } from './kept.ts'

export type Opened =
  | { readonly dialog: 'add_credit'; readonly amount?: string | null; readonly methodId?: string | null }
  | { readonly dialog: 'auto'; readonly entries?: Extract<KeptEntries, { form: 'auto' }> | null }
  | { readonly dialog: 'method'; readonly entries?: KeptEntries | null }
  | { readonly dialog: 'remove' }
  | { readonly dialog: 'approve'; readonly topUpId: string }
  /** Back from the provider's page: its result is being fetched. */
  | { readonly dialog: 'visit' }
