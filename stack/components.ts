/** A stack whose components answer: their addresses and how to get at them, however they were started. */
import type { Component } from './supervision.ts'

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

/** What is known of one component once it answers. */
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
