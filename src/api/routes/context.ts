/** What routes work with: put together by the role, handed to each file of routes. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { BoundsByCurrency } from '../../core/top-up/settings.ts'
import type { ReplaySender } from '../../dead-letters/replay-sender.ts'
import type { CatalogStore } from '../../ledger/catalogs/catalogs.ts'
import type { RecentCatalogs } from '../../ledger/catalogs/recent-catalogs.ts'
import type { Writer } from '../../ledger/changes/change-account.ts'
import type { PaymentProvider, WebhookReader } from '../../payments/providers/provider.ts'
import type { SandboxDesk } from '../../payments/providers/sandbox/desk.ts'
import type { Logger } from '../../platform/log.ts'
import type { Brand } from '../pages/html.ts'
import type { PageFiles } from '../pages/page-files.ts'
import type { PortalSettings } from '../portal/settings.ts'

/** An app whose routes are typed by their schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export interface ApiContext {
  readonly writer: Writer
  /** The process's one store of parsed catalogs. */
  readonly catalogs: CatalogStore
  /** For looking at one version: the one in force, or that of an old event. */
  readonly recentCatalogs: RecentCatalogs
  readonly provider: PaymentProvider
  /** Asks Kafka at its first use, and not before. */
  readonly replaySender: ReplaySender
  /** The other side of the provider, where that is the sandbox: its pages are served. */
  readonly sandbox: SandboxDesk | null
  /** Null: the provider sends no webhooks. */
  readonly webhooks: WebhookReader | null
  readonly bounds: BoundsByCurrency
  /** Where browsers reach this API, without a slash at the end; known once it listens. */
  readonly publicUrl: () => string
  /** Origins that a customer may be sent back to, beside the API's own. */
  readonly returnOrigins: readonly string[]
  /** Of the plain pages, which there are without a billing page too. */
  readonly brand: Brand
  /** Null: there is no billing page. */
  readonly portal: PortalSettings | null
  /** Null: it is not built, and a plain page is served in its place. */
  readonly page: PageFiles | null
  readonly log: Logger
}
