/**
 * The files of the built Billing page: one document, and assets named by their content's hash. They are read once and
 * served from memory, so a request's path never becomes a path on disk.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

export interface PageFiles {
  /** The HTML document, the same for every account. */
  readonly document: string
  readonly assets: ReadonlyMap<string, Asset>
}

export interface Asset {
  readonly type: string
  readonly identity: Buffer
  /** As compressed by the build; null if it was not. */
  readonly br: Buffer | null
  readonly gzip: Buffer | null
}

/** Where the build puts it, in container images too. */
export const PAGE_FOLDER = join(import.meta.dirname, '../../../web/dist')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Reads the build; null if there is none. Throws `TypeError` for a file of an unknown type. */
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
        if (type === undefined) throw new TypeError(`no media type is known for ${name}`)
        return [name, { type, identity: read(name)!, br: read(`${name}.br`), gzip: read(`${name}.gz`) }]
      }),
    ),
  }
}

export type Encoding = 'br' | 'gzip' | 'identity'

/** The smallest encoding that the browser accepts. `q=0` refuses one; without the header nothing is compressed. */
export function encodingFor(acceptEncoding: string | undefined): Encoding {
  const accepted = (acceptEncoding ?? '').split(',').flatMap((part) => {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name]
  })
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : 'identity'
}
