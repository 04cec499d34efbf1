/** Describes the machine and the database of a measurement. */
import { cpus, totalmem } from 'node:os'
import type { Rig } from './rig.ts'

const SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit', 'shared_buffers', 'max_wal_size'] as const

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly node: string
}

export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    node: process.version,
  }
}

/** The database's version, and its settings that affect durability and speed. */
export async function describeDatabase(rig: Rig): Promise<Record<string, string>> {
  const client = await rig.connect('template1')
  const { rows } = await client.query<{ name: string; setting: string }>(
    `select name, current_setting(name) as setting from pg_settings where name = any($1)
      union all select 'server_version', current_setting('server_version')`,
    [[...SETTINGS]],
  )
  await client.end()
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
}
