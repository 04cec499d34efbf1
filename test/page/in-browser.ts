/** A browser for the tests of one file, on the gallery. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, inject } from 'vitest'
import { launchBrowser } from '../../stack/browser.ts'
import { galleryUrl, type Shown } from '../../testkit/gallery.ts'
import { statesOf, whenShown } from '../../testkit/gallery-states.ts'

export interface Opened extends Shown {
  readonly width?: number
  readonly height?: number
  readonly isReduced?: boolean
}

export interface Gallery {
  readonly page: Page
  /** The page's requests and errors since it was last opened. */
  readonly requests: string[]
  readonly errors: string[]
  open(opened: Opened): Promise<Page>
}

/** `describe` with a browser. Without one the tests are skipped, which the set-up reports. */
export function describeInBrowser(name: string, tests: (gallery: () => Gallery) => void): void {
  const found = inject('browser')
  describe.skipIf(found === null)(name, () => {
    let browser: Browser
    let gallery: Gallery
    beforeAll(async () => {
      browser = await launchBrowser(found!)
      gallery = await galleryIn(browser)
    })
    afterAll(() => browser?.close())
    tests(() => gallery)
  })
}

async function galleryIn(browser: Browser): Promise<Gallery> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const requests: string[] = []
  const errors: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return {
    page,
    requests,
    errors,
    async open({ width = 1280, height = 900, isReduced = true, ...shown }) {
      requests.length = 0
      errors.length = 0
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ reducedMotion: isReduced ? 'reduce' : 'no-preference', colorScheme: 'light' })
      await page.goto(galleryUrl(inject('galleryUrl'), shown))
      await whenShown(page)
      return page
    },
  }
}

/** Within one test: the names of states are known only in the browser. */
export async function forEachState(
  gallery: Gallery,
  locale: string,
  look: (state: string, page: Page) => Promise<void>,
): Promise<void> {
  const states = await statesOf(gallery.page, inject('galleryUrl'))
  if (states.length < 25) throw new Error(`the gallery has ${states.length} states`)
  for (const state of states) await look(state, await gallery.open({ state, locale }))
}
