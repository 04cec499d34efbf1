/**
 * The stack for demo, tests and benchmarks: real Kafka, schema registry, Postgres and Redis. They are plain processes on free
 * ports with separate data, so several stacks can run at once, and they end with the program that started them (see
 * supervision.ts). Each component has a file that knows how to find it, start it and check whether it answers.
 */

import { asStack, COMPONENT_NAMES, type ComponentName, type Stack, type Started } from './components.ts'
import type { Log } from './downloads.ts'
import { prepareKafka, startKafka } from './kafka.ts'
import { startPostgres } from './postgres.ts'
import { prepareRedis, startRedis } from './redis.ts'
import { prepareRegistry, startRegistry } from './registry.ts'
import { openStackFolder, type StackFolder } from './supervision.ts'

export { COMPONENT_NAMES, type ComponentName, type Stack } from './components.ts'
export type { Component } from './supervision.ts'

export interface StackOptions {
  readonly log?: Log
  readonly only?: readonly ComponentName[]
}

const STARTERS: Record<ComponentName, (stack: StackFolder, log: Log) => Promise<Started>> = {
  kafka: (folder, log) => startKafka(folder, log),
  registry: startRegistry,
  postgres: startPostgres,
  redis: startRedis,
}

/** Downloads what is missing, so that a later start is quick. A start downloads it as well. */
export async function prepareStack({ log = () => {} }: Pick<StackOptions, 'log'> = {}): Promise<void> {
  if (process.env.TOLLGATE_STACK === 'containers') return
  await Promise.all([prepareKafka(log), prepareRegistry(log), prepareRedis(log)])
}

/** Starts a stack and resolves when every component answers. */
export async function startStack({ log = () => {}, only = COMPONENT_NAMES }: StackOptions = {}): Promise<Stack> {
  if (process.env.TOLLGATE_STACK === 'containers') {
    const { startContainers } = await import('./containers.ts')
    return await startContainers(only, log)
  }
  const folder = await openStackFolder()
  const startedAt = performance.now()
  const starting = only.map(async (name) => {
    const started = await STARTERS[name](folder, log)
    log(`${name} answers after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    return [name, started] as const
  })
  try {
    return asStack(new Map(await Promise.all(starting)), () => folder.close())
  } catch (error) {
    // Other components may still be downloading or starting; they must not start after the end.
    await folder.close()
    await Promise.allSettled(starting)
    throw error
  }
}
