/** A migrated database that each database of a test is copied from. */
import { migrate } from '../../src/platform/migrate.ts'
import { onServer } from './on-server.ts'

export const TEMPLATE = 'tollgate_template'

export async function makeTemplate(server: string): Promise<void> {
  await onServer(server, `create database ${TEMPLATE}`)
  const url = new URL(server)
  url.pathname = `/${TEMPLATE}`
  await migrate(url.href)
}
