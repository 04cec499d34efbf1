/** What the billing page says of the installation, and who may show it: there is one where the configuration names it. */
import { type Config, ConfigError } from '../../platform/config.ts'
import type { Brand } from '../pages/html.ts'
import type { Opens } from './opens.ts'

export interface PortalSettings {
  /** The dashboard that the page is part of. */
  readonly product: string
  /** Who sells credit, and is allowed to charge. */
  readonly seller: string
  /** What card statements say of a payment; null: not known. */
  readonly statementDescriptor: string | null
  /** Where customers go back to. */
  readonly dashboardUrl: string
  /** `#rrggbb`, in lower case. */
  readonly brandColor: string
  /** Of those who say none. */
  readonly locale: string
  /** Origins whose pages may show it in a frame. */
  readonly embeddingOrigins: readonly string[]
}

/** Null: no billing page. Throws `ConfigError` where only some of its names are given: half of them would be shown empty. */
export function portalSettings({ brand, portal }: Pick<Config, 'brand' | 'portal'>): PortalSettings | null {
  const { product, seller, statementDescriptor, dashboardUrl, color: brandColor, locale } = brand
  const { embeddingOrigins } = portal
  if (product !== null && seller !== null && dashboardUrl !== null) {
    return { product, seller, statementDescriptor, dashboardUrl, brandColor, locale, embeddingOrigins }
  }
  const names = { TOLLGATE_PRODUCT: product, TOLLGATE_SELLER: seller, TOLLGATE_DASHBOARD_URL: dashboardUrl }
  const missing = Object.entries(names).filter(([, value]) => value === null)
  if (missing.length === Object.keys(names).length) return null
  throw new ConfigError(
    missing.map(([name]) => ({ name, problem: 'is required where the others of the billing page are given' })),
  )
}

export function brandOf({ product, brandColor, locale }: PortalSettings): Brand {
  return { product, color: brandColor, locale }
}

/** Why nobody could open the page, in words for who configures it; null where they can. */
export function whyNoPage(settings: PortalSettings | null, publicUrl: string): string | null {
  if (settings === null) {
    return 'there is no billing page: it takes TOLLGATE_PRODUCT, TOLLGATE_SELLER and TOLLGATE_DASHBOARD_URL'
  }
  return canKeepSessions(publicUrl) ? null : 'browsers keep no session without TLS: it takes an https TOLLGATE_API_URL'
}

/**
 * Whether browsers keep a cookie marked `Secure` of this address: over TLS, and without it on the machine itself alone. Where
 * they would not, a link would lead nowhere.
 */
export function canKeepSessions(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || isLoopback(hostname)
}

/** The token stands in the query, and nowhere else from then on: docs/adr/011. */
export function linkUrl(publicUrl: string, token: string, opens: Opens | null = null): string {
  return `${publicUrl}/portal/open?token=${token}${opens === null ? '' : `&open=${opens}`}`
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname)
}
