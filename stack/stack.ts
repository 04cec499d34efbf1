/**
 * The stack: Kafka, schema registry, Postgres and Redis, real ones, as demo, tests and bench need them. Plain processes
 * on free ports with data of their own, so several stacks run side by side; they are gone when the starter is (see
 * supervision.ts). One component a file; each says how it is found, started and asked whether it answers.
 */

import type { Log } from './downloads.ts'
import { startKafka } from './kafka.ts'
import { startPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import { startRegistry } from './registry.ts'
import { type Component, openStackFolder, type StackFolder } from './supervision.ts'

export type { Component } from './supervision.ts'

export type ComponentName = 'kafka' | 'registry' | 'postgres' | 'redis'

export const COMPONENT_NAMES: readonly ComponentName[] = ['kafka', 'registry', 'postgres', 'redis']

/** Of components left out by `only`, asking for the address or the component throws. */
export interface Stack {
  readonly kafkaBrokers: string[]
  readonly schemaRegistryUrl: string
  /** The superuser and its own database; callers make a database for each use. */
  readonly postgresUrl: string
  readonly redisUrl: string
  readonly components: Readonly<Record<ComponentName, Component>>
  /** What `tollgate serve` needs to run on it. */
  environment(): Record<string, string>
  stop(): Promise<void>
}

export interface StackOptions {
  readonly log?: Log
  readonly only?: readonly ComponentName[]
}

/** What is known of one component once it answers. */
export interface Started {
  readonly component: Component
  /** The URL, or for Kafka the broker's host and port. */
  readonly address: string
}

const STARTERS: Record<ComponentName, (stack: StackFolder, log: Log) => Promise<Started>> = {
  kafka: startKafka,
  registry: startRegistry,
  postgres: startPostgres,
  redis: startRedis,
}

/** Resolves when every component answers. */
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
    // The others may still be downloading or starting: what they start must not come to life after the end.
    await folder.close()
    await Promise.allSettled(starting)
    throw error
  }
}

export function asStack(started: ReadonlyMap<ComponentName, Started>, stop: () => Promise<void>): Stack {
  const get = (name: ComponentName): Started => {
    const one = started.get(name)
    if (!one) throw new Error(`this stack was started without ${name}`)
    return one
  }
  return {
    get kafkaBrokers() {
      return [get('kafka').address]
    },
    get schemaRegistryUrl() {
      return get('registry').address
    },
    get postgresUrl() {
      return get('postgres').address
    },
    get redisUrl() {
      return get('redis').address
    },
    components: {
      get kafka() {
        return get('kafka').component
      },
      get registry() {
        return get('registry').component
      },
      get postgres() {
        return get('postgres').component
      },
      get redis() {
        return get('redis').component
      },
    },
    environment() {
      const names: Record<ComponentName, string> = {
        kafka: 'TOLLGATE_KAFKA_BROKERS',
        registry: 'TOLLGATE_SCHEMA_REGISTRY_URL',
        postgres: 'TOLLGATE_DATABASE_URL',
        redis: 'TOLLGATE_REDIS_URL',
      }
      return Object.fromEntries([...started].map(([name, { address }]) => [names[name], address]))
    },
    stop,
  }
}
