/** Who of an account gets mail: the whole list at a time. */
import { changeSettings } from '../../core/account/change.ts'
import type { Contact } from '../../core/account/contacts.ts'
import { canonicalJson } from '../../core/canonical-json.ts'
import { type Changed, changeAccount, type Writer } from '../changes/change-account.ts'
import { type ChangedMeanwhile, changedSince } from '../changes/last-change.ts'

/**
 * A list that stays as it is writes nothing. `seenVersion` is that of the contacts as whoever asks has seen them; null: they
 * are changed whatever they are by now.
 */
export async function setContacts(
  writer: Writer,
  accountId: string,
  { contacts, actor }: { readonly contacts: readonly Contact[]; readonly actor: string },
  seenVersion: number | null,
): Promise<Changed<null, ChangedMeanwhile>> {
  return changeAccount<null, ChangedMeanwhile>(writer, accountId, async ({ connection, account, settings }) => {
    const refused = await changedSince(connection, accountId, 'contacts', seenVersion)
    if (refused !== null) return { refused }
    const isAsItWas = canonicalJson(settings.contacts) === canonicalJson(contacts)
    return { change: isAsItWas ? null : changeSettings(account, { ...settings, contacts }, actor), answer: null }
  })
}
