/** Opens the payment provider of the installation, for the roles and commands that use it. */
import { type Config, ConfigError } from '../platform/config.ts'
import type { Logger } from '../platform/log.ts'
import { paymentReturnPage } from './approvals.ts'
import type { PaymentProvider, WebhookReader } from './providers/provider.ts'
import { sandboxDatabaseUrl } from './providers/sandbox/database.ts'
import type { SandboxDesk } from './providers/sandbox/desk.ts'
import { createSandboxProvider, findSandboxProvider } from './providers/sandbox/provider.ts'
import { createStripeProvider } from './providers/stripe/provider.ts'
import { createStripeWebhooks } from './providers/stripe/webhooks.ts'

/**
 * The deadline of a call to the provider. A bank usually answers within seconds; after the deadline the payment is checked
 * by its id instead. It is well below the duration of a claim on a top-up.
 */
export const CALL_MS = 10_000

type ProviderConfig = Pick<Config, 'database' | 'sandbox' | 'provider'>

export interface OpenedProvider {
  readonly provider: PaymentProvider
  /** The provider's side of the sandbox; null for another provider. */
  readonly desk: SandboxDesk | null
  /** Null: this provider sends no webhooks, or they are not received here. */
  readonly webhooks: WebhookReader | null
  close(): Promise<void>
}

/**
 * Opens the configured provider. `pagesUrl`: where browsers reach the API, to which bank's pages return. Throws `ConfigError`
 * for missing settings; the webhook secret is required only if `takesWebhooks`.
 */
export function openProvider(
  config: ProviderConfig,
  log: Logger,
  { pagesUrl, takesWebhooks }: { readonly pagesUrl: () => string; readonly takesWebhooks: boolean },
): OpenedProvider {
  if (config.provider.name === 'stripe') {
    const { stripeWebhookSecret, stripePreviousWebhookSecret } = config.provider
    const secrets = [stripeWebhookSecret, stripePreviousWebhookSecret].filter((secret) => secret !== null)
    const isMissing = takesWebhooks && stripeWebhookSecret === null
    const provider = openStripe(config, log, { pagesUrl, missing: isMissing ? ['TOLLGATE_STRIPE_WEBHOOK_SECRET'] : [] })
    const webhooks = takesWebhooks ? createStripeWebhooks({ secrets }) : null
    return { provider, desk: null, webhooks, close: async () => {} }
  }
  const { database, sandbox } = config
  const provider = createSandboxProvider({
    databaseUrl: sandboxDatabaseUrl(database.url, sandbox.databaseUrl),
    log,
    deadlineMs: CALL_MS,
    pagesUrl,
  })
  log.warn({ provider: provider.name }, 'payments are made with the sandbox: no money moves')
  return { provider, desk: provider.desk, webhooks: null, close: () => provider.close() }
}

/** Opens the provider for reading only, with its own deadline. Null: the sandbox was never used, so it has no database. */
export function findProvider(
  config: ProviderConfig,
  log: Logger,
  deadlineMs: number,
): Promise<Pick<OpenedProvider, 'provider' | 'close'> | null> {
  if (config.provider.name === 'stripe') {
    return Promise.resolve({
      provider: openStripe(config, log, { pagesUrl: () => '', deadlineMs }),
      close: async () => {},
    })
  }
  const databaseUrl = sandboxDatabaseUrl(config.database.url, config.sandbox.databaseUrl)
  return findSandboxProvider({ databaseUrl, log, deadlineMs, connections: 1 }).then(
    (provider) => provider && { provider, close: () => provider.close() },
  )
}

function openStripe(
  { provider }: ProviderConfig,
  log: Logger,
  {
    pagesUrl,
    deadlineMs = CALL_MS,
    missing = [],
  }: { readonly pagesUrl: () => string; readonly deadlineMs?: number; readonly missing?: readonly string[] },
): PaymentProvider {
  const { stripeSecretKey: secretKey, stripeApiUrl: apiUrl } = provider
  if (secretKey === null || missing.length > 0) {
    const names = [...(secretKey === null ? ['TOLLGATE_STRIPE_SECRET_KEY'] : []), ...missing]
    throw new ConfigError(names.map((name) => ({ name, problem: 'is required when payments are made with Stripe' })))
  }
  return createStripeProvider({
    secretKey,
    ...(apiUrl === null ? {} : { apiUrl }),
    log,
    deadlineMs,
    returnPage: (topUpId) => paymentReturnPage(pagesUrl(), topUpId),
  })
}
