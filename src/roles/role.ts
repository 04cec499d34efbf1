/** What a role is: a part of the service that is started by itself, says how it is, and can be stopped. */
import { orAborted } from '../platform/aborted.ts'
import type { Config, Role, SectionName } from '../platform/config.ts'
import type { Problem } from '../platform/http.ts'
import type { Logger } from '../platform/log.ts'
import type { Registry } from '../platform/metrics.ts'

/** A role that runs. Disposing of it finishes what is in hand, within the grace time, and lets go of everything. */
export interface RunningRole extends AsyncDisposable {
  /** Why only a new start of the process helps; null while it is well. */
  health(): Problem | null
  /** What is wrong that a new start does not mend. */
  degraded(): readonly Problem[]
  /** Why it is not ready for work yet; null once it is. */
  readiness(): Problem | null
}

/** What the roles of one process share. */
export interface RoleContext {
  readonly log: Logger
  readonly registry: Registry
  readonly outboxBell: OutboxBell
  /** Aborts when the process is asked to stop: a start under way is abandoned. */
  readonly signal: AbortSignal
  /** Called for a fault that only a new process can mend. */
  readonly onFatal: (error: unknown) => void
}

/** Rung by whoever put something into the outbox, heard by the relays of the same process. */
export interface OutboxBell {
  ring(): void
  onRing(wake: () => void): void
}

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
  /** The sections of the configuration it needs, and no other process has to have. */
  readonly sections: readonly S[]
  /** It reads topics or writes to them, so that they have to be there before it starts. */
  readonly usesTopics?: true
  /** Rejects with nothing left running, also when the context's signal aborts meanwhile. */
  start(config: Pick<Config, S>, context: RoleContext): Promise<RunningRole>
}

/** Roles that run, in the order they were started. Disposing of them stops the last one first. */
export interface RunningRoles extends AsyncDisposable {
  readonly roles: readonly RunningRole[]
}

/**
 * Starts roles one after the other. Rejects when one does not start, or as soon as the context's signal aborts, with none
 * of them left running.
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

/** Gives `start` the sections that it names, as their types. */
export function defineRole<const S extends SectionName>(definition: RoleDefinition<S>): RoleDefinition {
  // Whoever composes roles parses the sections of all that it starts.
  return definition as unknown as RoleDefinition
}
