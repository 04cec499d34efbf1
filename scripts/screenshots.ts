/**
 * `npm run screenshots [-- STATE ...]`: takes a screenshot of every state of the gallery and of the plain pages that the API sends,
 * into web/screenshots: light and dark, narrow and wide, in English and German. They are for people; no test compares them. With
 * `--readme` it only takes the README's picture.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findBrowser, launchBrowser } from '../stack/browser.ts'
import { galleryUrl, openGallery } from '../testkit/gallery.ts'
import { statesOf, whenShown } from '../testkit/gallery-states.ts'
import { openPlainPage, plainPages } from '../testkit/plain-pages.ts'

const FOLDER = join(import.meta.dirname, '../web/screenshots')
const WIDTHS = [320, 1280]
const SCHEMES = ['light', 'dark'] as const
const LOCALES = ['en-IE', 'de-DE']

const README_PICTURE = join(import.meta.dirname, '../docs/billing-page.png')
/** Down to the first movements. */
const README_HEIGHT = 1_430

const given = process.argv.slice(2)
const isForReadme = given.includes('--readme')
const wanted = given.filter((name) => name !== '--readme')
const gallery = await openGallery()
const browser = await launchBrowser(await findBrowser(console.error))
try {
  if (isForReadme) await drawForReadme()
  else await drawAll()
} finally {
  await browser.close()
  await gallery.close()
}

async function drawForReadme(): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: README_HEIGHT } })
  await page.goto(galleryUrl(gallery.url, { state: 'page-healthy' }))
  await whenShown(page)
  await page.screenshot({ path: README_PICTURE })
}

async function drawAll(): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const page = await browser.newPage()
  const plain = Object.keys(plainPages({ locale: 'en' }))
  const states = wanted.length > 0 ? wanted : [...(await statesOf(page, gallery.url)), ...plain]
  for (const state of states) {
    for (const locale of LOCALES) {
      const isPlain = plain.includes(state)
      if (isPlain) await openPlainPage(page, plainPages({ locale })[state]!)
      else await page.goto(galleryUrl(gallery.url, { state, locale }))
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 })
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme })
          if (!isPlain) await whenShown(page)
          const name = `${state}.${width}.${colorScheme}.${locale.slice(0, 2)}.png`
          await page.screenshot({ path: join(FOLDER, name), fullPage: true })
        }
      }
    }
    console.error(state)
  }
}
