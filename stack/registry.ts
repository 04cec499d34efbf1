/**
 * The schema registry: Apicurio, used through its Confluent-compatible API. Its schemas are in an H2 file, so they survive a
 * restart, as in a real installation.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFromMaven, type Log, runTool } from './downloads.ts'
import { findJava, keptIn } from './java.ts'
import { freePort } from './ports.ts'
import type { Component, StackFolder } from './supervision.ts'

const ARCHIVE = 'apicurio-registry-app-3.3.3-all.tar.gz'

/** Returns what is needed to start the registry, downloading it if necessary. */
export async function prepareRegistry(log: Log): Promise<{ java: string; program: string }> {
  const [java, program] = await Promise.all([findJava(log), cachedRegistry(log)])
  return { java, program }
}

export async function startRegistry(stack: StackFolder, log: Log): Promise<{ component: Component; address: string }> {
  const [{ java, program }, port] = await Promise.all([prepareRegistry(log), freePort()])
  const folder = stack.folderFor('registry')
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  const properties = {
    'quarkus.http.host': '127.0.0.1',
    'quarkus.http.port': port,
    // The management port has a fixed default. 0 lets the kernel choose, as nobody uses it.
    'quarkus.management.host': '127.0.0.1',
    'quarkus.management.port': 0,
    'quarkus.http.access-log.enabled': false,
    'apicurio.storage.kind': 'sql',
    'apicurio.storage.sql.kind': 'h2',
    // No write delay (by default half a second), so that an acknowledged schema survives a kill.
    'apicurio.datasource.url': `jdbc:h2:file:${join(folder, 'schemas')};WRITE_DELAY=0`,
  }
  const component = stack.supervise({
    name: 'registry',
    command: java,
    args: [
      // It starts twice as fast without the optimising compiler, and gets only a few dozen requests.
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Xmx384m',
      ...keptIn(folder),
      ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
      '-jar',
      join(program, 'quarkus-run.jar'),
    ],
    endSignal: 'KILL',
    answers: async (signal) => {
      const response = await fetch(`${url}/subjects`, { signal })
      await response.text()
      if (!response.ok) throw new Error(`registry answers ${response.status}`)
    },
  })
  await component.start()
  return { component, address: url }
}

async function cachedRegistry(log: Log): Promise<string> {
  return await cachedFromMaven('registry', log, async (folder) => {
    const archive = join(folder, ARCHIVE)
    await runTool(
      'tar',
      ['-xzf', archive, '-C', folder],
      'tar is needed to unpack the schema registry: apt-get install tar',
    )
    await rm(archive)
  })
}
