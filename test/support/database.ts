/** A separate, migrated database for a test. */
import { randomBytes } from 'node:crypto'
import { componentEnvironment } from './components.ts'
import { onServer } from './on-server.ts'
import { TEMPLATE } from './template.ts'

/** By default each copied page also goes through the log. */
const AS_FILES = 'strategy file_copy'

export interface TestDatabase {
  readonly url: string
  /** Saves the current state; connected clients are disconnected for a moment. */
  backUp(): Promise<void>
  /** Restores that state under running clients. */
  restore(): Promise<void>
  /** Another database in that state, which may be changed; the caller drops it. */
  copy(): Promise<Pick<TestDatabase, 'url' | 'drop'>>
  drop(): Promise<void>
}

export async function createDatabase(): Promise<TestDatabase> {
  const server = (await componentEnvironment(['postgres'])).TOLLGATE_DATABASE_URL!
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name} template ${TEMPLATE} ${AS_FILES}`)
  const backup = `${name}_backup`
  let copies = 0
  return {
    url: urlOf(server, name),
    async backUp() {
      await onServer(server, `alter database ${name} allow_connections false`)
      await onServer(server, disconnected(name))
      await onServer(server, `create database ${backup} template ${name} ${AS_FILES}`)
      await onServer(server, `alter database ${name} allow_connections true`)
    },
    async restore() {
      await onServer(server, `drop database ${name} with (force)`)
      await onServer(server, `create database ${name} template ${backup} ${AS_FILES}`)
    },
    async copy() {
      const copied = `${name}_copy_${++copies}`
      await onServer(server, `create database ${copied} template ${backup} ${AS_FILES}`)
      const drop = () => onServer(server, `drop database ${copied} with (force)`)
      return { url: urlOf(server, copied), drop }
    },
    async drop() {
      const copied = Array.from({ length: copies }, (_, i) => `${name}_copy_${i + 1}`)
      // The sandbox's, if a process of the service created one beside it.
      for (const each of [name, backup, `${name}_sandbox`, ...copied])
        await onServer(server, `drop database if exists ${each} with (force)`)
    },
  }
}

function urlOf(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

/** Closes the connections to a database, and waits until they are closed. */
function disconnected(name: string): string {
  return `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`
}
