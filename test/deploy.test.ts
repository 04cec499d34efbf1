/** What is deployed beside the program speaks of what the program has. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '..')
const { groups } = parse(readFileSync(join(ROOT, 'deploy/alerts.yaml'), 'utf8')) as {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[]
}
const rules = groups.flatMap((group) => group.rules)
const metrics = new Set(
  globSync('src/**/*.ts', { cwd: ROOT }).flatMap((file) =>
    [...readFileSync(join(ROOT, file), 'utf8').matchAll(/name: '(tollgate_\w+)'/g)].map(([, name]) => name),
  ),
)

it.each(rules.map((rule) => [rule.alert, rule] as const))('%s watches metrics that there are', (_alert, rule) => {
  const names = rule.expr.match(/tollgate_\w+/g)!
  expect(names.filter((name) => !metrics.has(name))).toEqual([])
  expect(rule.annotations.summary).not.toBe('')
})
