/** A page that changes under load: nothing shifts, and screen readers are not flooded. */
import { expect, it } from 'vitest'
import { describeInBrowser } from './in-browser.ts'

describeInBrowser('a balance that changes', (gallery) => {
  it('shifts nothing, even if it loses a digit', async () => {
    const page = await gallery().open({ state: 'live' })
    await page.evaluate(`(() => {
      window.shifted = 0
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value })
        .observe({ type: 'layout-shift', buffered: false })
    })()`)
    const button = page.getByRole('button', { name: 'Use some' })
    const before = await button.boundingBox()
    const figure = page.locator('.balance-figure')
    for (let clicks = 0; clicks < 30; clicks += 1) {
      const shown = await figure.textContent()
      await button.press('Enter')
      await expect.poll(() => figure.textContent()).not.toBe(shown)
    }
    // Shifts are reported with the frame in which they are painted.
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    expect(await button.boundingBox()).toEqual(before)
    expect(await page.evaluate('window.shifted')).toBe(0)
  })

  it('is announced once in half a minute, the newest value', async () => {
    const { page } = gallery()
    await page.clock.install()
    await gallery().open({ state: 'live' })
    const polite = page.locator('[role=status].visually-hidden')
    expect(await polite.textContent()).toBe('')
    // Otherwise the half minute would continue during the clicks. The page's time goes on until then, and cannot go back.
    await page.clock.pauseAt(((await page.evaluate('Date.now()')) as number) + 60_000)
    try {
      for (let clicks = 0; clicks < 5; clicks += 1) await page.getByRole('button', { name: 'Use some' }).press('Enter')
      await expect.poll(() => polite.textContent()).toBe('Balance changed to 1234')
      await page.clock.fastForward(29_000)
      expect(await polite.textContent()).toBe('Balance changed to 1234')
      await page.clock.fastForward(2_000)
      await expect.poll(() => polite.textContent()).toBe('Balance changed to 1086')
    } finally {
      await page.clock.resume()
    }
  })

  it('is an alert once when it becomes critical, and not on load', async () => {
    const page = await gallery().open({ state: 'live' })
    const alert = page.locator('[role=alert]')
    expect(await alert.textContent()).toBe('')
    await page.getByRole('button', { name: 'Run out' }).press('Enter')
    await expect.poll(() => alert.textContent()).toBe('Credit has run out.')
  })
})

describeInBrowser('critical when the page is opened', (gallery) => {
  it('is not announced', async () => {
    const page = await gallery().open({ state: 'page-exhausted' })
    expect(await page.locator('[role=alert]').textContent()).toBe('')
  })
})

describeInBrowser('motion', (gallery) => {
  it('is a fade of 150 ms, and absent for users who prefer none', async () => {
    for (const [isReduced, fade] of [
      [false, '0.15s'],
      [true, '0s'],
    ] as const) {
      const page = await gallery().open({ state: 'dialog', isReduced })
      const duration = 'getComputedStyle(document.querySelector("[role=dialog]")).transitionDuration'
      expect(await page.evaluate(duration)).toBe(fade)
    }
  })
})
