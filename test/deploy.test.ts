/** What is deployed beside the program speaks of what the program has. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../src/platform/metrics.ts'

const { groups } = parse(readFileSync(join(import.meta.dirname, '../deploy/alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
}
const rules = groups.flatMap((group) => group.rules)

it.each(rules.map((rule) => [rule.alert, rule] as const))('%s watches metrics that there are', (_alert, rule) => {
  const names = rule.expr.match(/tollgate_\w+/g)!
  const { registry } = createMetrics()
  expect(names.filter((name) => registry.getSingleMetric(name) === undefined)).toEqual([])
  expect(rule.annotations.summary).not.toBe('')
})
