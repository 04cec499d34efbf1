/** A running stack: the addresses of its components, however they were started. */
import type { Component } from './supervision.ts'

export type ComponentName = 'kafka' | 'registry' | 'postgres' | 'redis'

export const COMPONENT_NAMES: readonly ComponentName[] = ['kafka', 'registry', 'postgres', 'redis']

/** Access to a component that was left out by `only` throws. */
export interface Stack {
  readonly kafkaBrokers: string[]
  readonly schemaRegistryUrl: string
  /** The URL of the superuser's database; callers create a database for each use. */
  readonly postgresUrl: string
  readonly redisUrl: string
  readonly components: Readonly<Record<ComponentName, Component>>
  /** The environment that `tollgate serve` needs. */
  environment(): Record<string, string>
  stop(): Promise<void>
}

/** A component that answers. */
export interface Started {
  readonly component: Component
  /** The URL, or for Kafka the broker's host and port. */
  readonly address: string
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
