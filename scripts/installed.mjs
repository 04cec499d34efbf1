/**
 * Checks whether node_modules matches package-lock.json. A stamp written by the postinstall script answers quickly: it contains
 * a hash of everything that an installation depends on.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..')
export const modules = join(root, 'node_modules')
export const ownNode = join(modules, 'node/bin/node')

const stamp = join(modules, '.tollgate-installed')

export function patchFiles() {
  const folder = join(root, 'patches')
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.patch'))
  return names.sort().map((name) => join(folder, name))
}

export function isInstalled() {
  return existsSync(ownNode) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash()
}

export function writeStamp() {
  writeFileSync(stamp, hash())
}

/** Whether npm's record of node_modules agrees with package-lock.json, as after an `npm ci` without scripts. */
export function isTreeAsLocked() {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record) || !existsSync(ownNode)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  const isSame = ([path, { version }]) => present[path]?.version === version
  // Optional packages may be for other platforms.
  const isNeeded = ([path, { optional, devOptional }]) => path !== '' && !optional && !devOptional
  return (
    Object.entries(wanted).filter(isNeeded).every(isSame) &&
    Object.entries(present).every(([path, { version }]) => wanted[path]?.version === version)
  )
}

function hash() {
  const sum = createHash('sha256')
  for (const file of [join(root, 'package.json'), join(root, 'package-lock.json'), ...patchFiles()]) {
    if (existsSync(file)) sum.update(readFileSync(file))
  }
  return sum.digest('hex')
}
