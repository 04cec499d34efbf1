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

/** Throws `ConfigError` if the configured provider lacks a setting. It needs the webhook secret only if `takesWebhooks`. */
export function checkProvider({ provider }: Pick<Config, 'provider'>, takesWebhooks: boolean): void {
  if (provider.name !== 'stripe') return
  const missing = [
    ...(provider.stripeSecretKey === null ? ['TOLLGATE_STRIPE_SECRET_KEY'] : []),
    ...(takesWebhooks && provider.stripeWebhookSecret === null ? ['TOLLGATE_STRIPE_WEBHOOK_SECRET'] : []),
  ]
  if (missing.length === 0) return
  throw new ConfigError(missing.map((name) => ({ name, problem: 'is required when payments are made with Stripe' })))
}

/**
 * Opens the configured provider. `pagesUrl`: where browsers reach the API, to which bank's pages return. Throws `ConfigError`
 * as `checkProvider` does.
 */
export function openProvider(
  config: ProviderConfig,
  log: Logger,
  { pagesUrl, takesWebhooks }: { readonly pagesUrl: () => string; readonly takesWebhooks: boolean },
): OpenedProvider {
  checkProvider(config, takesWebhooks)
  if (config.provider.name === 'stripe') {
    const { stripeWebhookSecret, stripePreviousWebhookSecret } = config.provider
    const secrets = [stripeWebhookSecret, stripePreviousWebhookSecret].filter((secret) => secret !== null)
    const provider = openStripe(config, log, { pagesUrl })
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
  checkProvider(config, false)
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

/** Needs the settings that `checkProvider` requires. */
function openStripe(
  { provider }: ProviderConfig,
  log: Logger,
  { pagesUrl, deadlineMs = CALL_MS }: { readonly pagesUrl: () => string; readonly deadlineMs?: number },
): PaymentProvider {
  const { stripeSecretKey, stripeApiUrl: apiUrl } = provider
  return createStripeProvider({
    secretKey: stripeSecretKey!,
    ...(apiUrl === null ? {} : { apiUrl }),
    log,
    deadlineMs,
    returnPage: (topUpId) => paymentReturnPage(pagesUrl(), topUpId),
  })
}
