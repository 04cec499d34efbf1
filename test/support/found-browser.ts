/** The browser for a test file; null if there is none, which is reported: skipped tests must not pass for run ones. */
import { type FoundBrowser, findBrowser } from '../../stack/browser.ts'

export async function browserFor(what: string): Promise<FoundBrowser | null> {
  try {
    return await findBrowser(console.error)
  } catch (error) {
    console.error(`SKIPPED: ${what} in a browser. ${(error as Error).message}`)
    return null
  }
}
