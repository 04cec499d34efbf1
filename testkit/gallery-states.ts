/** The states of the gallery, and waiting until one is fully shown. */
import type { Page } from 'playwright-core'

export async function statesOf(page: Page, url: string): Promise<string[]> {
  await page.goto(url)
  await page.locator('#states').waitFor()
  return await page.locator('#states a').allTextContents()
}

/** Waits until late parts of the page have loaded, placeholders have appeared, and no transition is running. */
export async function whenShown(page: Page): Promise<void> {
  // Checked in every frame: a locator would wait up to half a second between its checks.
  await page.waitForFunction('document.querySelector("main") !== null')
  await page.evaluate(`(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
    await frame()
    await frame()
    const ending = document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity)
    await Promise.all(ending.map((one) => one.finished.catch(() => {})))
  })()`)
}
