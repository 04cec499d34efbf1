/**
 * The composition root: one process with the roles it was started for. Everything that starts is pushed onto a stack.
 * Stopping, or a start that fails half-way, unwinds the stack, so whatever takes in work stops before what it depends on.
 */
import { orAborted } from './platform/aborted.ts'
import {
  type Config,
  ConfigError,
  type ConfigFault,
  type Environment,
  parseConfig,
  type Role,
  type SectionName,
} from './platform/config.ts'
import { startHttp } from './platform/http.ts'
import type { Logger } from './platform/log.ts'
import { createRegistry } from './platform/metrics.ts'
import { migrate } from './platform/migrate.ts'
import { createTopicsAndSchemas } from './platform/schemas.ts'
import { apiRole } from './roles/api.ts'
import { jobsRole } from './roles/jobs.ts'
import { paymentsRole } from './roles/payments.ts'
import { raterRole } from './roles/rater.ts'
import { relayRole } from './roles/relay.ts'
import { createOutboxBell, type RoleDefinition, type RunningRoles, startRoles } from './roles/role.ts'

/** In start order. The relay comes first, so that it is listening when the rater commits. */
const ROLES: readonly RoleDefinition[] = [relayRole, paymentsRole, raterRole, apiRole, jobsRole]

/** The sections that this file reads. */
const OWN_SECTIONS = new Set<SectionName>(['process', 'log', 'database', 'kafka'])

export interface Service {
  readonly httpPort: number
  /** Finishes the work in progress within the grace time, then releases everything. */
  stop(): Promise<void>
}

/** Reads the sections of the configuration that the chosen roles need, and checks them. Throws `ConfigError`. */
export function readServiceConfig(environment: Environment): Config {
  const definitions = chosen(parseConfig(environment, ['process']).process.roles)
  const sections = new Set(definitions.flatMap((role) => role.sections))
  // The sections of the other roles are missing; nothing reads them.
  const config = parseConfig(environment, [...sections.union(OWN_SECTIONS)]) as Config
  checkTogether(definitions, config)
  return config
}

/** Throws one `ConfigError` with everything that the checks of these roles find. Two roles may find the same. */
function checkTogether(definitions: readonly RoleDefinition[], config: Config): void {
  const faults = new Map<string, ConfigFault>()
  for (const check of definitions.flatMap(({ checks = [] }) => checks)) {
    try {
      check(config)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      for (const fault of error.faults) faults.set(`${fault.name} ${fault.problem}`, fault)
    }
  }
  if (faults.size > 0) throw new ConfigError([...faults.values()])
}

export interface ServiceParts {
  readonly config: Config
  readonly log: Logger
  /** Aborts when the process is asked to stop. A start in progress then rejects, with nothing left running. */
  readonly signal: AbortSignal
  /** Called for a fault that only a restart of the process can fix. */
  readonly onFatal: (error: unknown) => void
}

/** Starts the chosen roles and resolves once all of them run. Rejects with nothing left running. */
export async function startService({ config, log, signal, onFatal }: ServiceParts): Promise<Service> {
  await using starting = new AsyncDisposableStack()
  const registry = createRegistry()
  const { instanceId, roles, httpPort } = config.process
  let running: RunningRoles | null = null
  const http = await startHttp({
    port: httpPort,
    registry,
    health: () => first(running?.roles.map((role) => role.health())),
    degraded: () => running?.roles.flatMap((role) => role.degraded()) ?? [],
    readiness: () => (running ? first(running.roles.map((role) => role.readiness())) : { reason: 'still starting' }),
  })
  starting.defer(() => http.close())

  await orAborted(
    signal,
    migrate(config.database.url, (notice) => log.warn({ notice }, 'notice of a migration')),
  )
  // The other roles only write to the outbox: they need the schema registry, and start without a broker.
  const definitions = chosen(roles)
  if (definitions.some(({ usesTopics }) => usesTopics)) {
    await orAborted(signal, createTopicsAndSchemas(config.kafka, log))
  }

  const context = { log, registry, outboxBell: createOutboxBell(), signal, onFatal }
  running = starting.use(await startRoles(definitions, config, context))
  log.info({ roles: [...roles], http_port: http.port, instance_id: instanceId }, 'tollgate is running')

  const started = starting.move()
  return {
    httpPort: http.port,
    async stop() {
      await started.disposeAsync()
      log.info('tollgate has stopped')
    },
  }
}

function chosen(roles: ReadonlySet<Role>): readonly RoleDefinition[] {
  return ROLES.filter(({ name }) => roles.has(name))
}

function first<T>(problems: readonly (T | null)[] = []): T | null {
  return problems.find((problem) => problem !== null) ?? null
}
