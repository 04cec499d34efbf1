/**
 * Builds the Billing page from web/ into web/dist if that is missing or made from other sources. Plain JavaScript for any Node
 * from 18 on, as scripts/run.mjs needs it first; Vite itself runs on the project's Node.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { modules, root } from './installed.mjs'
import { withLock } from './lock.mjs'

/** Everything that a build depends on. */
const SOURCES = [
  'web/index.html',
  'web/vite.config.ts',
  'web/src',
  'src/api/client',
  'src/texts',
  'src/look',
  'src/core/money.ts',
  'package-lock.json',
]
const BUILT = join(root, 'web/dist')
const STAMP = 'sources.txt'

export function isPageBuilt() {
  const stamp = join(BUILT, STAMP)
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === hashOfSources()
}

/** Builds the page, one process at a time; those that waited find it built. `node` runs Vite. Exits the process on failure. */
export async function buildPage(node) {
  await withLock(join(root, '.building-page.lock'), () => {
    if (isPageBuilt()) return
    console.error('building the Billing page')
    const hash = hashOfSources()
    // Built in another folder and then renamed, so that an incomplete build is never served.
    const folder = mkdtempSync(join(root, 'web/.dist-'))
    const vite = join(modules, 'vite/bin/vite.js')
    const options = ['build', '--config', join(root, 'web/vite.config.ts'), '--outDir', folder, '--logLevel', 'warn']
    // Independent of the environment: that of tests would select React's development build.
    const env = { ...process.env, NODE_ENV: 'production' }
    const { status } = spawnSync(node, [vite, ...options], { cwd: root, env, stdio: ['ignore', 2, 2] })
    if (status !== 0) {
      rmSync(folder, { recursive: true, force: true })
      console.error('the Billing page could not be built: see above')
      process.exit(1)
    }
    compressAssets(join(folder, 'assets'))
    writeFileSync(join(folder, STAMP), hash)
    // It was created for its owner only, but an image is built by another user than the one that serves it.
    chmodSync(folder, 0o755)
    rmSync(BUILT, { recursive: true, force: true })
    renameSync(folder, BUILT)
  })
}

/** Compressed once, with more effort than would be worth it for each answer. */
function compressAssets(folder) {
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name))
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content))
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }))
  }
}

function hashOfSources() {
  const sum = createHash('sha256')
  for (const file of SOURCES.flatMap(filesIn)) sum.update(`${file}\0`).update(readFileSync(join(root, file)))
  return sum.digest('hex')
}

function filesIn(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path]
  const names = readdirSync(join(root, path)).sort()
  return names.flatMap((name) => filesIn(`${path}/${name}`))
}
