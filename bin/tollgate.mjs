#!/usr/bin/env node
/** The command. Its sources are TypeScript, run as they are, which takes Node 24; an older one hands over to the project's. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const OLDEST_NODE = 24

if (Number(process.versions.node.split('.')[0]) >= OLDEST_NODE) {
  await import('../src/cli/main.ts')
} else {
  const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
  if (existsSync(ownNode)) {
    const { runInOurPlace } = await import('../scripts/pass-through.mjs')
    runInOurPlace(ownNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
  } else {
    console.error(`tollgate runs on Node ${OLDEST_NODE}, this is ${process.version}: npm ci installs one beside it`)
    process.exitCode = 1
  }
}
