/** The charts by themselves: rows that lead to movements, points that are read, and lines visible in any colours. */
import { expect, it } from 'vitest'
import { describeInBrowser } from './in-browser.ts'

describeInBrowser('the charts', (gallery) => {
  it('have a button for each part with movements to show, with its figures in its name', async () => {
    const page = await gallery().open({ state: 'charts-by-user' })
    const card = page.getByRole('region', { name: 'What used it', exact: true })
    await card.getByRole('button', { name: 'Jonas Weber €52.10 36% , Show movements' }).waitFor()
    const buttons = await card.getByRole('button').allTextContents()
    expect(buttons).toHaveLength(7)
    expect(buttons.filter((name) => /No user|others/.test(name))).toEqual([])
  })

  it('show the point below the pointer, and none without a pointer', async () => {
    const page = await gallery().open({ state: 'charts' })
    const reader = page.getByRole('slider', { name: 'Credit day by day' })
    const { x, y, width, height } = (await reader.boundingBox())!
    await page.mouse.move(x + width - 1, y + height / 2)
    await page.locator('.chart-reading', { hasText: '14 Jul: €42.17' }).waitFor()
    await page.mouse.move(x + 1, y + height / 2)
    await page.locator('.chart-reading', { hasText: '15 Jun: ' }).waitFor()
    await page.mouse.move(0, 0)
    await page.locator('.chart-reading').waitFor({ state: 'detached' })
    await page.getByText('Automatic top-up').waitFor()
  })

  it('show point by point with the arrow keys, and where the focus is', async () => {
    const page = await gallery().open({ state: 'charts' })
    await page.getByRole('radio', { name: '30 days' }).focus()
    await page.keyboard.press('Tab')
    await page.locator('.chart-reading', { hasText: '14 Jul: €42.17' }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.locator('.chart-reading', { hasText: '13 Jul: ' }).waitFor()
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.chart-plot')).outlineStyle`)).toBe('solid')
  })

  it('choose range and grouping with the arrow keys', async () => {
    const page = await gallery().open({ state: 'charts' })
    await page.getByRole('radio', { name: '30 days' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('radio', { name: '90 days', checked: true }).waitFor({ state: 'attached' })
  })

  it('use the system’s colours if it restricts colours', async () => {
    const page = await gallery().open({ state: 'charts' })
    await page.emulateMedia({ forcedColors: 'active' })
    const strokes = await page.evaluate(`['.chart-line', '.chart-zero', '.chart-threshold', '.bar'].map((part) => {
      const { stroke } = getComputedStyle(document.querySelector(part))
      return stroke !== 'none' && stroke !== getComputedStyle(document.querySelector('.card')).backgroundColor
    })`)
    expect(strokes).toEqual([true, true, true, true])
    await page.emulateMedia({ forcedColors: 'none' })
  })
})
