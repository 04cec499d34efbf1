/** The gallery, once for all files, and the path of the browser that each file launches. */
import type { TestProject } from 'vitest/node'
import { type FoundBrowser, findBrowser } from '../../stack/browser.ts'
import { openGallery } from '../../testkit/gallery.ts'

declare module 'vitest' {
  interface ProvidedContext {
    galleryUrl: string
    /** Null: there is none, and none could be installed. */
    browser: FoundBrowser | null
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const gallery = await openGallery()
  provide('galleryUrl', gallery.url)
  provide('browser', await browserOrNone())
  return () => gallery.close()
}

async function browserOrNone(): Promise<FoundBrowser | null> {
  try {
    return await findBrowser(console.error)
  } catch (error) {
    console.error(`SKIPPED: the tests of the page in a browser. ${(error as Error).message}`)
    return null
  }
}
