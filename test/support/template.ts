/** A migrated database that each database of a test is copied from. */
import { migrate } from '../../src/platform/migrate.ts'
import { onServer } from './on-server.ts'

export const TEMPLATE = 'tollgate_template'

/**
 * Makes the template, on a server that from now on does not wait for its disk. Only a crash of the whole machine would show
 * the difference: what a killed process has written is there after a restart.
 */
export async function makeTemplate(server: string): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes']) await onServer(server, `alter system set ${setting} = off`)
  await onServer(server, 'select pg_reload_conf()')
  await onServer(server, `create database ${TEMPLATE}`)
  const url = new URL(server)
  url.pathname = `/${TEMPLATE}`
  await migrate(url.href)
}
