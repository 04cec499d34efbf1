/** Everything works by keyboard, and the focus is always visible. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { untilFocusIsOn, untilInPage } from '../support/until-in-page.ts'
import { describeInBrowser } from './in-browser.ts'

const FOCUS_IN_DIALOG = `document.querySelector('[role=dialog]').contains(document.activeElement)`

describeInBrowser('dialogs', (gallery) => {
  async function openAlerts(): Promise<Page> {
    const page = await gallery().open({ state: 'page-healthy' })
    await page.getByRole('button', { name: 'Edit alerts' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.getByLabel('Also email when credit falls below').waitFor()
    // Keys that are pressed before the dialog has taken the focus would go to the page behind it.
    await untilInPage(page, FOCUS_IN_DIALOG)
    return page
  }

  it('trap the focus, in both directions', async () => {
    const page = await openAlerts()
    for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Tab', 'Shift+Tab', 'Shift+Tab', 'Shift+Tab']) {
      await page.keyboard.press(key)
      // A guard at either end moves the focus on.
      await untilInPage(page, FOCUS_IN_DIALOG)
    }
  })

  it('return the focus to where they were opened', async () => {
    const page = await openAlerts()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await untilFocusIsOn(page, 'Edit alerts')
  })

  it('repeat the sandbox notice, and are named by their title', async () => {
    const page = await openAlerts()
    const dialog = page.getByRole('dialog', { name: 'Edit alerts' })
    expect(await dialog.textContent()).toContain('Sandbox: no real money moves')
  })

  it('close after their action was done', async () => {
    const page = await openAlerts()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.type('15')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await untilFocusIsOn(page, 'Edit alerts')
  })

  it('fill a screen of 320 px', async () => {
    const page = await openAlerts()
    await page.setViewportSize({ width: 320, height: 640 })
    const dialog = page.getByRole('dialog')
    await expect.poll(() => dialog.boundingBox()).toEqual({ x: 0, y: 0, width: 320, height: 640 })
  })

  it('of a movement slide in from the right, 420 px wide, and lead back to its row', async () => {
    const page = await gallery().open({ state: 'page-healthy' })
    const row = page.locator('.table').getByRole('button', { name: 'SMS' })
    await row.focus()
    await page.keyboard.press('Enter')
    const drawer = page.getByRole('dialog', { name: 'SMS details' })
    await drawer.waitFor()
    await expect.poll(() => drawer.boundingBox()).toEqual({ x: 860, y: 0, width: 420, height: 900 })
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await untilFocusIsOn(page, 'SMS')
  })
})

describeInBrowser('an amount', (gallery) => {
  it('asks for confirmation on leaving if it was changed, and only then', async () => {
    const page = await gallery().open({ state: 'fields', locale: 'de-DE' })
    const field = page.getByLabel('Amount (EUR)')
    await field.focus()
    await page.keyboard.press('Tab')
    expect(await page.locator('.field-fault').count()).toBe(0)
    await field.fill('25.00')
    await page.keyboard.press('Tab')
    await page.locator('.field-fault').waitFor()
    expect(await page.locator('.field-fault').allTextContents()).toEqual(['Verwenden Sie Ziffern, wie 25,00'])
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await field.getAttribute('aria-describedby')).toBe('amount-hint amount-fault')
    await field.fill('1000,5')
    await page.locator('.field-line', { hasText: /^= 1\.000,50\s€$/ }).waitFor()
    await page.locator('.field-fault').waitFor({ state: 'detached' })
  })

  it('with a refused value shows a summary that takes the focus, and leads to the field', async () => {
    const page = await gallery().open({ state: 'fields' })
    await page.getByRole('button', { name: 'Set up' }).focus()
    await page.keyboard.press('Enter')
    const summary = page.locator('.fault-summary')
    await summary.waitFor()
    await untilInPage(page, `document.activeElement.className === 'fault-summary'`)
    expect(await summary.getByRole('link').allTextContents()).toEqual([
      'Enter an amount',
      'Tick the box to allow these charges',
    ])
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await untilInPage(page, `document.activeElement.id === 'amount'`)
  })
})

describeInBrowser('the page', (gallery) => {
  it('has its tab order in reading order', async () => {
    const page = await gallery().open({ state: 'page-low' })
    const places: { top: number; left: number; name: string }[] = []
    for (let presses = 0; presses < 14; presses += 1) {
      await page.keyboard.press('Tab')
      places.push(
        (await page.evaluate(`(() => {
          const one = document.activeElement
          const card = one.closest('.card, .banner, footer') ?? one
          const { top, left } = card.getBoundingClientRect()
          return { top: Math.round(top + scrollY), left, name: one.textContent }
        })()`)) as { top: number; left: number; name: string },
      )
    }
    const sorted = places.toSorted((a, b) => a.top - b.top || a.left - b.left)
    expect(places.map(({ name }) => name)).toEqual(sorted.map(({ name }) => name))
    expect(places[0]!.name).toBe('Add credit')
  })

  it('changes tabs with the arrow keys', async () => {
    const page = await gallery().open({ state: 'page-healthy' })
    await page.getByRole('tab', { name: 'Movements' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    const table = page.getByRole('tabpanel').getByRole('table')
    await table.getByRole('columnheader', { name: 'Status', exact: true }).waitFor()
  })

  it('moves the focus to its heading after a notice is dismissed', async () => {
    const page = await gallery().open({ state: 'page-low' })
    await page.getByRole('button', { name: /^Dismiss: Credit is running low/ }).press('Enter')
    await untilFocusIsOn(page, 'Credit')
  })

  it('keeps the width of a button while it submits', async () => {
    const page = await gallery().open({ state: 'buttons' })
    const button = page.getByRole('button', { name: 'Pay €60.50' }).first()
    const before = await button.boundingBox()
    await button.press('Enter')
    await expect.poll(() => button.getAttribute('aria-disabled')).toBe('true')
    expect(await button.boundingBox()).toEqual(before)
  })
})
