/** What routes work with; the role composes it. */

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

/** The Fastify app, whose routes are typed by their schemas. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export interface ApiContext {
  readonly writer: Writer
  /** The store of parsed catalogs, one per process. */
  readonly catalogs: CatalogStore
  /** Reads single versions: the one in force, or the one of an old event. */
  readonly recentCatalogs: RecentCatalogs
  readonly provider: PaymentProvider
  /** Connects to Kafka when it is first used. */
  readonly replaySender: ReplaySender
  /** The sandbox provider's own side, whose pages are then served; null for other providers. */
  readonly sandbox: SandboxDesk | null
  /** Null if the provider sends no webhooks. */
  readonly webhooks: WebhookReader | null
  readonly bounds: BoundsByCurrency
  /** The origin at which browsers reach this API; without a configured one it is only known once the API listens. */
  readonly publicUrl: () => string
  /** Origins, besides the API's own, to which a customer may return. */
  readonly returnOrigins: readonly string[]
  /** For plain pages, which exist without a billing page too. */
  readonly brand: Brand
  /** Null if there is no billing page. */
  readonly portal: PortalSettings | null
  /** Null if it is not built; a plain page is then served instead. */
  readonly page: PageFiles | null
  readonly log: Logger
}
