/** The browser for what a file does in one; null where there is none, said aloud: what is skipped must not pass for tested. */
import { type FoundBrowser, findBrowser } from '../../stack/browser.ts'

export async function browserFor(what: string): Promise<FoundBrowser | null> {
  try {
    return await findBrowser(console.error)
  } catch (error) {
    console.error(`SKIPPED: ${what} in a browser. ${(error as Error).message}`)
    return null
  }
}
