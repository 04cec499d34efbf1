/** Movements and their search, with planted figures: what happens to the focus, what is announced, and that nothing shifts. */
import { expect, it } from 'vitest'
import { untilFocusIsOn, untilInPage } from '../support/until-in-page.ts'
import { describeInBrowser } from './in-browser.ts'

describeInBrowser('movements', (gallery) => {
  it('linked from elsewhere get tab, filter and focus', async () => {
    const page = await gallery().open({ state: 'movements-led-to' })
    await page.getByRole('button', { name: 'Brazil fixed' }).press('Enter')
    const panel = page.getByRole('tabpanel', { name: 'Movements' })
    await panel.waitFor()
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('Brazil')
    await expect.poll(() => new URL(page.url()).searchParams.get('period')).toBe('30d')
    expect(page.url()).not.toContain('Brazil')
    await untilInPage(page, `document.querySelector('[role=tabpanel]').contains(document.activeElement)`)
    // A user who leaves and comes back is not led there again.
    await page.getByRole('tab', { name: 'Payments' }).click()
    await page.getByRole('tab', { name: 'Movements' }).click()
    await panel.waitFor()
    await untilFocusIsOn(page, 'Movements')
  })

  it('that are new shift nothing while they wait', async () => {
    const page = await gallery().open({ state: 'movements-news' })
    await page.evaluate(`(() => {
      window.shifted = 0
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shifted += entry.value })
        .observe({ type: 'layout-shift', buffered: false })
    })()`)
    const table = page.getByRole('table')
    const before = await table.boundingBox()
    for (let count = 1; count <= 5; count += 1) {
      await page.getByRole('button', { name: 'Use some' }).press('Enter')
      await page.getByRole('button', { name: `Show ${count} new` }).waitFor()
    }
    expect(await table.boundingBox()).toEqual(before)
    expect(await page.evaluate('window.shifted')).toBe(0)
    await page.getByRole('button', { name: 'Show 5 new' }).press('Enter')
    await untilInPage(
      page,
      `document.activeElement === document.querySelector('.table tbody tr:first-child .row-button')`,
    )
  })

  it('say if new ones could not be loaded, and offer them again', async () => {
    const page = await gallery().open({ state: 'movements-new-of-filter' })
    await page.getByRole('button', { name: 'Show new' }).press('Enter')
    await page.getByText('Movements could not be loaded.').waitFor()
    await page.getByRole('button', { name: 'Show new' }).waitFor()
  })

  it('treat typed text as the search until it is cleared', async () => {
    const page = await gallery().open({ state: 'movements-searched' })
    const field = page.getByRole('searchbox')
    await expect.poll(() => field.inputValue()).toBe('Brazil')
    await page.getByRole('button', { name: 'Clear search' }).press('Enter')
    await expect.poll(() => field.inputValue()).toBe('')
    await untilInPage(page, `document.activeElement.type === 'search'`)
  })
})
