import { expect, it } from 'vitest'
import type { Config, Role } from '../../src/platform/config.ts'
import { createLog } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { createOutboxBell, type RoleDefinition, type RunningRole, startRoles } from '../../src/roles/role.ts'

const config = {} as Config

/** A context to start in, and roles that note what happens to them. */
function setUp() {
  const stopping = new AbortController()
  const noted: string[] = []
  const context = {
    log: createLog('silent'),
    registry: new Registry(),
    outboxBell: createOutboxBell(),
    signal: stopping.signal,
    onFatal: () => {},
  }
  const running = (name: string): RunningRole => ({
    health: () => null,
    degraded: () => [],
    readiness: () => null,
    async [Symbol.asyncDispose]() {
      noted.push(`${name} stops`)
    },
  })
  const role = (name: Role, start?: () => Promise<RunningRole>): RoleDefinition => ({
    name,
    sections: [],
    async start() {
      noted.push(`${name} starts`)
      return start ? await start() : running(name)
    },
  })
  return { stopping, noted, context, role, running }
}

it('roles start in order and stop in reverse order', async () => {
  const { noted, context, role } = setUp()
  const roles = await startRoles([role('relay'), role('rater')], config, context)
  expect(roles.roles).toHaveLength(2)
  await roles[Symbol.asyncDispose]()
  expect(noted).toEqual(['relay starts', 'rater starts', 'rater stops', 'relay stops'])
})

it('when one fails to start, the earlier ones are stopped, and its error is thrown', async () => {
  const { noted, context, role } = setUp()
  const starting = startRoles(
    [role('relay'), role('rater', () => Promise.reject(new Error('no broker')))],
    config,
    context,
  )
  await expect(starting).rejects.toThrow('no broker')
  expect(noted).toEqual(['relay starts', 'rater starts', 'relay stops'])
})

it('a start that hangs is abandoned when the process is asked to stop', async () => {
  const { noted, context, role, running, stopping } = setUp()
  const late = Promise.withResolvers<RunningRole>()
  const starting = startRoles([role('relay'), role('rater', () => late.promise)], config, context)
  await new Promise(setImmediate)
  stopping.abort(new Error('asked to stop'))
  await expect(starting).rejects.toThrow('asked to stop')
  expect(noted).toEqual(['relay starts', 'rater starts', 'relay stops'])
  late.resolve(running('rater'))
  await new Promise(setImmediate)
  expect(noted).toEqual(['relay starts', 'rater starts', 'relay stops', 'rater stops'])
})

it('no role starts after the process was asked to stop', async () => {
  const { noted, context, role, stopping } = setUp()
  stopping.abort(new Error('asked to stop'))
  await expect(startRoles([role('relay'), role('rater')], config, context)).rejects.toThrow('asked to stop')
  expect(noted).not.toContain('rater starts')
})
