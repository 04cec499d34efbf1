/** Builds and serves the gallery of the page, for browser tests and screenshots. */
import { join } from 'node:path'
import { build, preview } from 'vite'

const CONFIG = join(import.meta.dirname, '../web/vite.config.ts')

export interface Gallery {
  /** The URL of a state; without a name, that of the list of states. */
  readonly url: string
  close(): Promise<void>
}

export async function openGallery(): Promise<Gallery> {
  const options = { configFile: CONFIG, mode: 'gallery', logLevel: 'warn' } as const
  await build(options)
  const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } })
  return { url: `${server.resolvedUrls!.local[0]}gallery.html`, close: () => server.close() }
}

export interface Shown {
  readonly state: string
  readonly locale?: string
}

export function galleryUrl(base: string, { state, locale = 'en-IE' }: Shown): string {
  return `${base}?${new URLSearchParams({ state, locale })}`
}
