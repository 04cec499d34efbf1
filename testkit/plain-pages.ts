/** The plain pages around the Billing page, as the API sends them, with sample figures: for screenshots and browser tests. */
import type { Page as BrowserPage } from 'playwright-core'
import { type Brand, type Page, renderPage } from '../src/api/pages/html.ts'
import { goingBackPage, nowherePage } from '../src/api/pages/return-pages.ts'
import { bankPage, cardPage, overPage, unknownPage } from '../src/api/pages/sandbox-pages.ts'
import { linkOverPage, openingPage, signedOutPage } from '../src/api/portal/pages.ts'
import { plainBillingPage, type Shown } from '../src/api/portal/plain-billing.ts'
import type { PortalSettings } from '../src/api/portal/settings.ts'

const ORIGIN = 'http://pages.test'
const RETURN_URL = `${ORIGIN}/billing/acme`

type ShownNotice = Shown['notices']['items'][number]

const ID = 'setup-1'
const PAYMENT = { paymentId: 'payment-1', amountMicros: 1_060_500_000n, currency: 'EUR' } as const

const NOTICE: Pick<
  ShownNotice,
  'placement' | 'is_banner' | 'is_dismissible' | 'occurrence' | 'actions' | 'ask_admins'
> = {
  placement: 'payments',
  is_banner: false,
  is_dismissible: false,
  occurrence: 'top-up-1',
  actions: [],
  ask_admins: [],
}
const FIGURES = { top_up_id: 'top-up-1', trigger: 'automatic', amount: '50.000000' } as const
const APPROVE: ShownNotice = {
  ...NOTICE,
  key: 'approve',
  severity: 'critical',
  figures: { ...FIGURES, until: '2026-07-15T07:41:00.000000Z' },
}
const CHECKING: ShownNotice = { ...NOTICE, key: 'checking', severity: 'info', figures: FIGURES }

const SHOWN: Shown = {
  session: { accountId: 'acme', person: { id: 'ana', name: 'Ana Castillo' }, role: 'admin', locale: 'en-IE' },
  credit: {
    currency: 'EUR',
    status: 'blocked',
    statusSince: '2026-07-14T07:41:00.000000Z',
    balanceMicros: -3_416_200n,
  },
  notices: { items: [APPROVE, CHECKING] },
  isSandbox: true,
}

export interface PlainPageOptions {
  readonly locale: string
  readonly color?: string
  readonly product?: string
}

/** The pages by name, without the scripts that would leave them at once: people see a page when that is slow or forbidden. */
export function plainPages({
  locale,
  color = '#1f5fd6',
  product = 'Harbor Cloud',
}: PlainPageOptions): Readonly<Record<string, Page>> {
  const brand: Brand = { product, color, locale }
  const settings: PortalSettings = {
    product,
    seller: 'Harbor Telecom GmbH',
    dashboardUrl: ORIGIN,
    statementDescriptor: null,
    brandColor: color,
    locale,
    embeddingOrigins: [],
  }
  const reader = { brand, locale }
  const { goesOnTo, ...goingBack } = goingBackPage(brand, locale, RETURN_URL)
  const { script, ...opening } = openingPage(settings, { token: 'A'.repeat(22), opens: null })
  return {
    'sandbox-card': cardPage(reader, { id: ID, expiry: '', fault: null }),
    'sandbox-card-refused': cardPage(reader, { id: ID, expiry: '08/30', fault: 'not_a_test_card' }),
    'sandbox-card-expired': cardPage(reader, { id: ID, expiry: '08/20', fault: 'expired' }),
    'sandbox-bank': bankPage(reader, PAYMENT),
    'sandbox-bank-unnamed': bankPage({ locale, brand: { ...brand, product: null } }, PAYMENT),
    'sandbox-over': overPage(reader, RETURN_URL),
    'sandbox-unknown': unknownPage(reader),
    'return-going-back': goingBack,
    'return-nowhere': nowherePage(brand),
    'portal-opening': opening,
    'portal-link-over': linkOverPage(settings),
    'portal-signed-out': signedOutPage(settings),
    'portal-billing': plainBillingPage(settings, { ...SHOWN, session: { ...SHOWN.session, locale } }),
  }
}

/** Loads a page under its content policy. Violations are reported in the browser's console. */
export async function openPlainPage(browserPage: BrowserPage, page: Page): Promise<void> {
  const { status, headers, text } = renderPage(page)
  await browserPage.route(`${ORIGIN}/**`, (route) => route.fulfill({ status, headers, body: text }))
  await browserPage.goto(`${ORIGIN}/`)
  await browserPage.unroute(`${ORIGIN}/**`)
}
