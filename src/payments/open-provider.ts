/** The payment provider of the installation, for the roles and commands that talk to it. */
import { type Config, ConfigError, type ConfigFault } from '../platform/config.ts'
import type { Logger } from '../platform/log.ts'
import { paymentReturnPage } from './approvals.ts'
import type { PaymentProvider, WebhookReader } from './provider.ts'
import { sandboxDatabaseUrl } from './providers/sandbox/database.ts'
import type { SandboxDesk } from './providers/sandbox/desk.ts'
import { createSandboxProvider, findSandboxProvider } from './providers/sandbox/provider.ts'
import { createStripeProvider } from './providers/stripe/provider.ts'
import { createStripeWebhooks } from './providers/stripe/webhooks.ts'

/**
 * The longest that a call to the provider may take. A bank answers within seconds as a rule; what takes longer is asked about
 * by its id. Well within the time for which a top-up is claimed.
 */
export const CALL_MS = 10_000

type ProviderConfig = Pick<Config, 'database' | 'sandbox' | 'provider'>

export interface OpenedProvider {
  readonly provider: PaymentProvider
  /** The other side of the sandbox; null where the provider is another. */
  readonly desk: SandboxDesk | null
  /** Null: the provider sends none. */
  readonly webhooks: WebhookReader | null
  close(): Promise<void>
}

/** `pagesUrl`: where browsers reach the API, to which bank's pages lead back. Throws `ConfigError`. */
export function openProvider(config: ProviderConfig, log: Logger, pagesUrl: () => string): OpenedProvider {
  if (config.provider.name === 'stripe') {
    const provider = openStripe(config, log, pagesUrl)
    const { stripeWebhookSecret, stripePreviousWebhookSecret } = config.provider
    const secrets = [stripeWebhookSecret, stripePreviousWebhookSecret].filter((secret) => secret !== null)
    return { provider, desk: null, webhooks: createStripeWebhooks({ secrets }), close: async () => {} }
  }
  const { database, sandbox } = config
  const provider = createSandboxProvider({
    databaseUrl: sandboxDatabaseUrl(database.url, sandbox.databaseUrl),
    log,
    deadlineMs: CALL_MS,
    pagesUrl,
  })
  log.warn({ provider: provider.name }, 'payments are made at a sandbox: no money moves')
  return { provider, desk: provider.desk, webhooks: null, close: () => provider.close() }
}

/** For those who only look, with a deadline of theirs; null: it was never used, so that there is nobody to ask. */
export function findProvider(
  config: ProviderConfig,
  log: Logger,
  deadlineMs: number,
): Promise<Pick<OpenedProvider, 'provider' | 'close'> | null> {
  if (config.provider.name === 'stripe') {
    return Promise.resolve({ provider: openStripe(config, log, () => '', deadlineMs), close: async () => {} })
  }
  const databaseUrl = sandboxDatabaseUrl(config.database.url, config.sandbox.databaseUrl)
  return findSandboxProvider({ databaseUrl, log, deadlineMs, connections: 1 }).then(
    (provider) => provider && { provider, close: () => provider.close() },
  )
}

function openStripe(
  { provider }: ProviderConfig,
  log: Logger,
  pagesUrl: () => string,
  deadlineMs: number = CALL_MS,
): PaymentProvider {
  const { stripeSecretKey: secretKey, stripeWebhookSecret: webhookSecret, stripeApiUrl: apiUrl } = provider
  const faults: ConfigFault[] = []
  const problem = 'is required where payments are made at Stripe'
  if (secretKey === null) faults.push({ name: 'TOLLGATE_STRIPE_SECRET_KEY', problem })
  if (webhookSecret === null) faults.push({ name: 'TOLLGATE_STRIPE_WEBHOOK_SECRET', problem })
  if (secretKey === null || webhookSecret === null) throw new ConfigError(faults)
  return createStripeProvider({
    secretKey,
    ...(apiUrl === null ? {} : { apiUrl }),
    log,
    deadlineMs,
    returnPage: (topUpId) => paymentReturnPage(pagesUrl(), topUpId),
  })
}
