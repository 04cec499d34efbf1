/** Sets the contacts of an account, who get its mail. */

import { canonicalJson } from '../../core/canonical-json.ts'
import { changeSettings } from '../../core/changes/account-change.ts'
import type { Contact } from '../../core/settings/contacts.ts'
import { type Changed, changeAccount, type Writer } from '../changes/change-account.ts'
import { type ChangedMeanwhile, changedSince } from '../changes/last-change.ts'

/**
 * Replaces the list of contacts; an unchanged list writes nothing. `seenVersion`: the version of the contacts that the caller
 * saw; if they were changed since, the change is refused. Null skips that check.
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
    const isUnchanged = canonicalJson(settings.contacts) === canonicalJson(contacts)
    return { change: isUnchanged ? null : changeSettings(account, { ...settings, contacts }, actor), answer: null }
  })
}
