/**
 * The postinstall script: applies patches/, and puts `tollgate` where `npx tollgate` finds it in a checkout, so that npx does not
 * look for a package of that name.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { modules, patchFiles, root, writeStamp } from './installed.mjs'

if (patchFiles().length > 0) {
  const patchPackage = join(modules, 'patch-package/index.js')
  const { status } = spawnSync(process.execPath, [patchPackage, '--error-on-fail'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    console.error('a patch in patches/ does not apply: npm ci installs afresh')
    process.exit(1)
  }
}

if (existsSync(modules)) {
  linkCommand()
  writeStamp()
}

function linkCommand() {
  const link = join(modules, '.bin/tollgate')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  if (lstatSync(link, { throwIfNoEntry: false })) rmSync(link)
  symlinkSync('../../bin/tollgate.mjs', link)
}
