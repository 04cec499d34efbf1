/**
 * `npm run page:size`: checks the gzipped size of the built Billing page against its limits. The first view is the document, the
 * files it references and the texts of one language; the rest is loaded on demand.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const FOLDER = join(import.meta.dirname, '../web/dist')
const FIRST_VIEW_BYTES = 100_000
const ALL_BYTES = 250_000

interface Chunk {
  readonly file: string
  readonly src?: string
  readonly imports?: readonly string[]
  readonly css?: readonly string[]
  readonly isEntry?: boolean
}

const manifest = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as Record<string, Chunk>
const chunks = Object.entries(manifest)
const [entry] = chunks.find(([, { isEntry }]) => isEntry)!
const texts = chunks.filter(([name]) => name.endsWith('/first-view.ts'))
if (texts.length === 0) throw new Error('the texts of the first view are not in the manifest')

const sizes = new Map<string, number>()
for (const file of ['index.html', ...filesOf(chunks.map(([name]) => name))]) sizes.set(file, sizeOf(file))
const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + sizes.get(file)!, 0)
// In the language with the longest texts.
const firstViews = texts.map(([name]) => sum(['index.html', ...filesOf([entry, name])]))

for (const [file, bytes] of [...sizes].toSorted(([, a], [, b]) => b - a)) console.log(`${kilobytes(bytes)}  ${file}`)
const fits = [
  isWithin('first view', Math.max(...firstViews), FIRST_VIEW_BYTES),
  isWithin('in all', sum(sizes.keys()), ALL_BYTES),
]
process.exitCode = fits.every(Boolean) ? 0 : 1

/** The files and what they import, each once. */
function filesOf(names: readonly string[], seen = new Set<string>()): Set<string> {
  const files = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) continue
    seen.add(name)
    const { file, css = [], imports = [] } = manifest[name]!
    for (const own of [file, ...css, ...filesOf(imports, seen)]) files.add(own)
  }
  return files
}

function sizeOf(file: string): number {
  return gzipSync(readFileSync(join(FOLDER, file)), { level: 9 }).length
}

function isWithin(what: string, bytes: number, limit: number): boolean {
  const verdict = bytes <= limit ? 'within' : 'OVER'
  console.log(`${kilobytes(bytes)}  ${what}, ${verdict} ${kilobytes(limit).trim()} gzip`)
  return bytes <= limit
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1).padStart(6)} kB`
}
