/** Which states the gallery has, and when one is there to be looked at. */
import type { Page } from 'playwright-core'

export async function statesOf(page: Page, url: string): Promise<string[]> {
  await page.goto(url)
  await page.locator('#states').waitFor()
  return await page.locator('#states a').allTextContents()
}

/** The gallery has loaded before what the page loads late; blocks of what loads have appeared, and nothing fades any more. */
export async function whenShown(page: Page): Promise<void> {
  // Looked for in each frame: a locator waits half a second between its later looks.
  await page.waitForFunction('document.querySelector("main") !== null')
  await page.evaluate(`(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    const ending = document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    await Promise.all(ending.map((one) => one.finished.catch(() => {})))
  })()`)
}
