/** The deployment files match the program. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { LANES, SHARDS } from '../src/outbox/messages.ts'
import { parseConfig, ROLES, SECTION_NAMES } from '../src/platform/config.ts'

const ROOT = join(import.meta.dirname, '..')
const { groups } = parse(readFileSync(join(ROOT, 'deploy/alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
}
const rules = groups.flatMap((group) => group.rules)
const metrics = new Set(
  globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/(\w+)\(registry, \{\s*name: '(tollgate_\w+)'/g)].flatMap(
      ([, kind, name]) => (kind === 'histogram' ? ['bucket', 'count', 'sum'].map((part) => `${name}_${part}`) : [name]),
    ),
  ),
)

it.each(rules.map((rule) => [rule.alert, rule] as const))('%s watches existing metrics', (_alert, rule) => {
  const names = rule.expr.match(/tollgate_\w+/g)!
  expect(names.filter((name) => !metrics.has(name))).toEqual([])
  expect(rule.annotations.summary).not.toBe('')
})

it('the alert on shards without a leader counts all of them', () => {
  const { expr } = rules.find(({ alert }) => alert === 'TollgateShardNotLed')!
  expect(expr).toContain(` < ${SHARDS * LANES.length} `)
})

it('the image and the composition know the ports of operators and API, and every role', () => {
  const dockerfile = readFileSync(join(ROOT, 'deploy/Dockerfile'), 'utf8')
  expect(dockerfile).toMatch(/^EXPOSE 8080 8090$/m)
  const { services } = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'))
  const { environment, ports } = services.tollgate
  expect(ports).toEqual(['127.0.0.1:8080:8080', '127.0.0.1:8090:8090'])
  // As the program itself reads it.
  const given = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)]))
  const { process: ofProcess, api } = parseConfig(given, SECTION_NAMES)
  expect([...ofProcess.roles]).toEqual([...ROLES])
  expect([ofProcess.httpPort, api.port]).toEqual([8080, 8090])
  // `tollgate serve` may take five seconds longer than its drain.
  expect(Number.parseInt(services.tollgate.stop_grace_period, 10) * 1000).toBeGreaterThan(ofProcess.drainMs + 5_000)
})
