/**
 * `node scripts/run.mjs FILE [args]`: runs FILE on the project's Node. Before that it makes sure that the dependencies match
 * package-lock.json and, with `--with-page`, that the Billing page is built. So a fresh clone needs only one command, with any
 * Node from 18 on.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isInstalled, isTreeAsLocked, modules, ownNode, root } from './installed.mjs'
import { withLock } from './lock.mjs'
import { buildPage, isPageBuilt } from './page.mjs'
import { runInOurPlace } from './pass-through.mjs'

const given = process.argv.slice(2)
const needsPage = given[0] === '--with-page'
const [file, ...args] = needsPage ? given.slice(1) : given
if (!file) {
  console.error('usage: node scripts/run.mjs [--with-page] FILE [args]')
  process.exit(2)
}

// Next to node_modules, not in it: `npm ci` empties that.
const lock = join(root, '.installing.lock')
if (!isInstalled()) await withLock(lock, install, () => console.error('another installation is under way; waiting'))
if (needsPage && !isPageBuilt()) await buildPage(ownNode)

// Tests start `tollgate` some hundred times; with a compile cache each start takes half the time.
const compileCache = join(modules, '.cache/compiled')
const path = [join(modules, '.bin'), ...searchPath()].join(delimiter)
runInOurPlace(ownNode, [file, ...args], { NODE_COMPILE_CACHE: compileCache, ...process.env, PATH: path })

async function install() {
  if (isInstalled()) return
  if (isTreeAsLocked() && afterInstall()) return
  console.error('installing dependencies (npm ci)')
  // npm's output goes to stderr: stdout belongs to the program, and another program may read it.
  const { status, error } = spawnSync('npm', ['ci', '--loglevel=error'], {
    cwd: root,
    env: npmEnvironment(),
    stdio: ['ignore', 2, 2],
  })
  if (error) stop('npm is needed to install the dependencies: apt-get install npm')
  if (status !== 0) stop(`npm ci failed with ${status}; it can be run again`)
  // With ignore-scripts in the user's configuration, the postinstall script did not run.
  if (!isInstalled() && !afterInstall()) stop('npm ci was not enough: patches do not apply')
  if (!existsSync(ownNode)) stop("the package 'node' has no binary: npm ci --include=dev --ignore-scripts=false")
}

function afterInstall() {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/after-install.mjs')], { stdio: ['ignore', 2, 2] })
  return status === 0 && isInstalled()
}

/** If npm runs us, it sets variables about itself; an npm that we run must not take them for its configuration. */
function npmEnvironment() {
  const isOfOuterNpm = (name) =>
    /^npm_(lifecycle|package)_|^npm_(command|execpath|node_execpath)$|^npm_config_(local_prefix|user_agent)$|^INIT_CWD$/.test(
      name,
    )
  const kept = Object.entries(process.env).filter(([name]) => !isOfOuterNpm(name))
  // NODE_ENV=production would leave out dependencies of tests and demo.
  return {
    ...Object.fromEntries(kept),
    PATH: searchPath().join(delimiter),
    npm_config_include: 'dev',
    npm_config_update_notifier: 'false',
  }
}

/** The path without our node_modules/.bin: the Node in it is removed while npm runs. */
function searchPath() {
  return (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== join(modules, '.bin'))
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
