/** Settings of the billing page, from the configuration; without them there is no billing page. */
import { type Config, ConfigError } from '../../platform/config.ts'
import type { Brand } from '../pages/html.ts'
import type { Opens } from './opens.ts'

export interface PortalSettings {
  /** The name of the dashboard that the page belongs to. */
  readonly product: string
  /** Who sells the credit and may charge for it. */
  readonly seller: string
  /** The text of payments on card statements; null if unknown. */
  readonly statementDescriptor: string | null
  /** Where the way back leads. */
  readonly dashboardUrl: string
  /** `#rrggbb`, in lower case. */
  readonly brandColor: string
  /** For people whose language is not known. */
  readonly locale: string
  /** Origins whose pages may show it in a frame. */
  readonly embeddingOrigins: readonly string[]
}

/** Null if none is set. Throws `ConfigError` if only some are: the page would show blanks. */
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
    missing.map(([name]) => ({ name, problem: 'is required when other settings of the billing page are set' })),
  )
}

/** The brand of pages around the billing page. */
export function brandOf({ product, brandColor, locale }: PortalSettings): Brand {
  return { product, color: brandColor, locale }
}

/** Why the billing page cannot be opened, for the operator; null if it can. */
export function whyNoPage(settings: PortalSettings | null, publicUrl: string): string | null {
  if (settings === null) {
    return 'the billing page is not configured: set TOLLGATE_PRODUCT, TOLLGATE_SELLER and TOLLGATE_DASHBOARD_URL'
  }
  return canKeepSessions(publicUrl)
    ? null
    : 'browsers keep no session without TLS: set TOLLGATE_API_URL to an https URL'
}

/**
 * Whether browsers keep a `Secure` cookie for this address: over TLS, and on localhost without. Otherwise links would
 * not work.
 */
export function canKeepSessions(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return protocol === 'https:' || isLoopback(hostname)
}

/** The address of a link. Its token appears in the query of this address and nowhere later: docs/adr/011. */
export function linkUrl(publicUrl: string, token: string, opens: Opens | null = null): string {
  return `${publicUrl}/portal/open?token=${token}${opens === null ? '' : `&open=${opens}`}`
}

function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname)
}
