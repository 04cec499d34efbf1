/**
 * Metrics. Each feature defines its metrics next to the code that moves them, in the registry of its process; a metric
 * that several features share is created by the first. A registry per service lets tests run several.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export { type Counter, type Gauge, type Histogram, Registry } from 'prom-client'

/** A registry with the metrics of the runtime. */
export function createRegistry(): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'tollgate_' })
  return registry
}

interface Description<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly Label[]
}

/** The counter of this name, created if the registry has none. */
export function counter<Label extends string = never>(
  registry: Registry,
  description: Description<Label>,
): Counter<Label> {
  return known<Counter<Label>>(registry, description) ?? new Counter(options(registry, description))
}

/** The gauge of this name, created if the registry has none. `collect` sets its values whenever they are read. */
export function gauge<Label extends string = never>(
  registry: Registry,
  { collect, ...description }: Description<Label> & { readonly collect?: (this: Gauge<Label>) => void },
): Gauge<Label> {
  return (
    known<Gauge<Label>>(registry, description) ??
    new Gauge({ ...options(registry, description), ...(collect && { collect }) })
  )
}

/** The histogram of this name, created if the registry has none. */
export function histogram<Label extends string = never>(
  registry: Registry,
  { buckets, ...description }: Description<Label> & { readonly buckets: readonly number[] },
): Histogram<Label> {
  return (
    known<Histogram<Label>>(registry, description) ??
    new Histogram({ ...options(registry, description), buckets: [...buckets] })
  )
}

/** Counts every retry: by pipeline stage, relay or job. */
export function retriesCounter(registry: Registry): Counter<'stage'> {
  return counter(registry, {
    name: 'tollgate_retries_total',
    help: 'Transient faults that were retried, by stage',
    labelNames: ['stage'],
  })
}

/** Counts dead letters by reason. */
export function deadLettersCounter(registry: Registry): Counter<'reason'> {
  return counter(registry, {
    name: 'tollgate_dead_letters_total',
    help: 'Messages sent to the dead-letter topic, by reason',
    labelNames: ['reason'],
  })
}

function known<T>(registry: Registry, { name }: Description<string>): T | undefined {
  return registry.getSingleMetric(name) as T | undefined
}

function options<Label extends string>(registry: Registry, { name, help, labelNames = [] }: Description<Label>) {
  return { name, help, labelNames: [...labelNames], registers: [registry] }
}
