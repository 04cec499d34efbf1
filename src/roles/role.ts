/** What a role is: a part of the service that starts on its own, reports its health, and can be stopped. */
import { orAborted } from '../platform/aborted.ts'
import type { Config, Role, SectionName } from '../platform/config.ts'
import type { Problem } from '../platform/http.ts'
import type { Logger } from '../platform/log.ts'
import type { Registry } from '../platform/metrics.ts'

/** A running role. Disposing of it finishes the work in progress within the grace time, then releases everything. */
export interface RunningRole extends AsyncDisposable {
  /** Why the process has to be restarted; null while it is healthy. */
  health(): Problem | null
  /** What is wrong that a restart does not fix. */
  degraded(): readonly Problem[]
  /** Why it is not ready for work yet; null once it is ready. */
  readiness(): Problem | null
}

/** What the roles of one process share. */
export interface RoleContext {
  readonly log: Logger
  readonly registry: Registry
  readonly outboxBell: OutboxBell
  /** Aborts when the process is asked to stop: a start in progress is abandoned. */
  readonly signal: AbortSignal
  /** Called for a fault that only a restart of the process can fix. */
  readonly onFatal: (error: unknown) => void
}

/** Wakes the relays of this process after something was written to the outbox. */
export interface OutboxBell {
  ring(): void
  onRing(wake: () => void): void
}

/** Makes the bell that the roles of one process share. Each ring calls every listener, in the order they registered. */
export function createOutboxBell(): OutboxBell {
  const listeners: (() => void)[] = []
  return {
    ring: () => {
      for (const wake of listeners) wake()
    },
    onRing: (wake) => listeners.push(wake),
  }
}

export interface RoleDefinition<S extends SectionName = SectionName> {
  readonly name: Role
  /** The sections of the configuration that it needs. A process without this role does not have to set them. */
  readonly sections: readonly S[]
  /** Each throws `ConfigError` for settings that do not go together. They run before anything starts. */
  readonly checks?: readonly ((config: Pick<Config, S>) => unknown)[]
  /** It reads or writes topics, so they must exist before it starts. */
  readonly usesTopics?: true
  /** Rejects with nothing left running, including when the context's signal aborts during the start. */
  start(config: Pick<Config, S>, context: RoleContext): Promise<RunningRole>
}

/** Running roles, in the order they started. Disposing of them stops the last one first. */
export interface RunningRoles extends AsyncDisposable {
  readonly roles: readonly RunningRole[]
}

/**
 * Starts roles one after the other. Rejects when one fails to start, or as soon as the context's signal aborts; none of
 * them is left running then.
 */
export async function startRoles(
  definitions: readonly RoleDefinition[],
  config: Config,
  context: RoleContext,
): Promise<RunningRoles> {
  await using starting = new AsyncDisposableStack()
  const roles: RunningRole[] = []
  for (const definition of definitions) {
    context.signal.throwIfAborted()
    roles.push(starting.use(await orAborted(context.signal, definition.start(config, context))))
  }
  const running = starting.move()
  return { roles, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Defines a role whose `start` gets exactly the sections that it names, typed. */
export function defineRole<const S extends SectionName>(definition: RoleDefinition<S>): RoleDefinition {
  // Safe: `readServiceConfig` parses the sections of every role that is started.
  return definition as unknown as RoleDefinition
}
