/** `tollgate portal-link --account --person --role --actor`: a link that opens the billing page once, as that person. */
import { PERSON_ROLES } from '../api/access/permissions.ts'
import { linkUrl, portalSettings, whyNoPage } from '../api/portal/settings.ts'
import { isLocale, localeFor } from '../core/settings/contacts.ts'
import { createPortalLink } from '../ledger/access/portal-sessions.ts'
import { readAccount } from '../ledger/accounts/read-account.ts'
import { CommandFailed } from './command.ts'
import { asUsage, readConfig, withDatabase } from './connected.ts'

export interface PortalLinkOptions {
  readonly account: string
  readonly person: string
  readonly name?: string
  readonly role: string
  readonly locale?: string
  readonly actor: string
  readonly json?: boolean
}

export async function makePortalLink(options: PortalLinkOptions): Promise<void> {
  const { account: accountId, actor } = options
  const person = readPerson(options)
  const role = PERSON_ROLES.find((known) => known === options.role)
  if (role === undefined) throw new CommandFailed(`--role must be ${PERSON_ROLES.join(' or ')}`, 2)
  const requested = options.locale ?? null
  if (requested !== null && !isLocale(requested))
    throw new CommandFailed('--locale must be a locale such as en or de-AT', 2)
  const config = readConfig('api', 'brand', 'portal')
  const publicUrl = config.api.publicUrl ?? `http://127.0.0.1:${config.api.port}`
  const settings = asUsage(() => portalSettings(config))
  const why = whyNoPage(settings, publicUrl)
  if (why !== null) throw new CommandFailed(why, 2)
  await withDatabase(async (pool) => {
    const account = await readAccount(pool, accountId)
    const locale = localeFor({ personId: person.id, requested }, account?.settings.contacts ?? [], settings!.locale)
    const link = await createPortalLink(pool, { accountId, person, role, locale, actor })
    if (link === null) throw new CommandFailed(`there is no account ${accountId}`, 1)
    const url = linkUrl(publicUrl, link.token)
    if (options.json) {
      const made = { url, expires_at: link.expiresAt, account_id: accountId, person_id: person.id, role, locale }
      console.log(JSON.stringify(made))
    } else {
      console.log(url)
      process.stderr.write(`the link opens the page once, before ${link.expiresAt}, as ${person.name}\n`)
    }
  })
}

function readPerson({ person: id, name = id }: PortalLinkOptions): { readonly id: string; readonly name: string } {
  for (const text of [id, name]) {
    if (/^[^\p{Cc}\p{Cs}]{1,200}$/u.test(text) && text.trim() !== '') continue
    throw new CommandFailed('--person and --name must be 1 to 200 characters, without control characters', 2)
  }
  return { id, name }
}
