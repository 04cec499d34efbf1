/**
 * Metrics. Each feature makes its own beside the code that moves them, in the registry of its process; one that several
 * features count on is made by whoever comes first. In its own registry, so that tests can run more than one service.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export { type Counter, type Gauge, type Histogram, Registry } from 'prom-client'

/** A registry with what the runtime says of itself. */
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

export function counter<Label extends string = never>(
  registry: Registry,
  description: Description<Label>,
): Counter<Label> {
  return known<Counter<Label>>(registry, description) ?? new Counter(options(registry, description))
}

export function gauge<Label extends string = never>(registry: Registry, description: Description<Label>): Gauge<Label> {
  return known<Gauge<Label>>(registry, description) ?? new Gauge(options(registry, description))
}

export function histogram<Label extends string = never>(
  registry: Registry,
  { buckets, ...description }: Description<Label> & { readonly buckets: readonly number[] },
): Histogram<Label> {
  return (
    known<Histogram<Label>>(registry, description) ??
    new Histogram({ ...options(registry, description), buckets: [...buckets] })
  )
}

/** Counted by whatever retries: stages of the pipeline, the relay, jobs. */
export function retriesCounter(registry: Registry): Counter<'stage'> {
  return counter(registry, {
    name: 'tollgate_retries_total',
    help: 'Transient faults that were retried, by stage',
    labelNames: ['stage'],
  })
}

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
