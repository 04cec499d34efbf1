/**
 * The built Billing page: one document, and files named by the hash of what is in them. All of it is small, is read once, and
 * is served from memory, so that no path of a request ever becomes one of the disk.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

export interface PageFiles {
  /** The document that every account's page begins with. */
  readonly document: string
  readonly assets: ReadonlyMap<string, Asset>
}

export interface Asset {
  readonly type: string
  readonly identity: Buffer
  /** As the build has compressed it; null: it has not. */
  readonly br: Buffer | null
  readonly gzip: Buffer | null
}

/** Where the build puts it; in an image too. */
export const PAGE_FOLDER = join(import.meta.dirname, '../../../web/dist')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Null where there is no build. Throws for a file of a kind that nobody thought of. */
export function readPageFiles(folder: string = PAGE_FOLDER): PageFiles | null {
  const document = join(folder, 'index.html')
  if (!existsSync(document)) return null
  const assets = join(folder, 'assets')
  const names = new Set(readdirSync(assets))
  const read = (name: string) => (names.has(name) ? readFileSync(join(assets, name)) : null)
  const served = [...names].filter((name) => !/\.(br|gz)$/.test(name))
  return {
    document: readFileSync(document, 'utf8'),
    assets: new Map(
      served.map((name) => {
        const type = TYPES[extname(name)]
        if (type === undefined) throw new TypeError(`${name} has no media type here`)
        return [name, { type, identity: read(name)!, br: read(`${name}.br`), gzip: read(`${name}.gz`) }]
      }),
    ),
  }
}

export type Encoding = 'br' | 'gzip' | 'identity'

/** The smallest form that the browser takes. `q=0` refuses one; without the header, nothing is compressed. */
export function encodingFor(acceptEncoding: string | undefined): Encoding {
  const accepted = (acceptEncoding ?? '').split(',').flatMap((part) => {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name]
  })
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : 'identity'
}
