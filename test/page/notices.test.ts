/** Every notice as people see it: its words, its actions, its audience, and its place. */
import type { Locator } from 'playwright-core'
import { expect, it } from 'vitest'
import { textsFor } from '../../src/texts/languages.ts'
import { noticeText } from '../../src/texts/notice-text.ts'
import { NOTICE_KEYS, type NoticeOptions, notice } from '../../web/gallery/planted-notices.ts'
import { describeInBrowser } from './in-browser.ts'

/** A new account has a checklist instead. */
const KEYS = NOTICE_KEYS.filter((key) => key !== 'never_topped_up')
const FOR_MEMBERS = ['exhausted', 'exhausted_and_paused', 'cap', 'low', 'checking', 'processing', 'added'] as const
const ADMINS = /Ask an admin: Ana Castillo or Ben Okafor\./

function words(key: (typeof KEYS)[number], locale: string, options: NoticeOptions = {}) {
  const role = options.isMember ? 'member' : 'admin'
  const reader = { role, timeZone: 'Europe/Berlin', currency: 'EUR' } as const
  return noticeText(textsFor(locale), notice(key, options), reader)
}

const textOf = async (one: Locator) => ((await one.textContent()) ?? '').replaceAll(/\s+/g, ' ')
const plain = (text: string) => text.replaceAll(/\s+/g, ' ').trim()

describeInBrowser('a banner', (gallery) => {
  it.each(['en-IE', 'de-DE'])(
    'in %s has the texts and buttons of the catalogue, and can be dismissed if allowed',
    async (locale) => {
      const page = await gallery().open({ state: 'banners', locale })
      const banners = page.locator('.banner')
      await expect.poll(() => banners.count()).toBe(KEYS.length)
      for (const [at, key] of KEYS.entries()) {
        const banner = banners.nth(at)
        const { title, body, actions } = words(key, locale)
        const { severity, is_dismissible } = notice(key)
        expect(await textOf(banner), key).toContain(plain(title))
        expect(await textOf(banner), key).toContain(plain(body))
        const severityWord = textsFor(locale).say(`severity.${severity}`)
        // A named region, which is not announced: it was there from the start.
        expect(await banner.getAttribute('aria-label'), key).toBe(severityWord)
        expect(await banner.getAttribute('role'), key).toBeNull()
        expect(await textOf(banner.locator('.banner-title')), key).toBe(plain(`${severityWord}: ${title}`))
        const labels = actions.map(({ label }) => label)
        expect(await banner.locator('.button').allTextContents(), key).toEqual(labels.slice(0, 1))
        expect(await banner.locator('.link-button').allTextContents(), key).toEqual(labels.slice(1))
        expect(labels.length, key).toBeLessThanOrEqual(2)
        expect(await banner.locator('.icon-button').count(), key).toBe(is_dismissible ? 1 : 0)
      }
    },
  )

  it('shows members no card, no reason and no button, but whom to ask', async () => {
    const page = await gallery().open({ state: 'banners-of-members' })
    const banners = page.locator('.banner')
    await expect.poll(() => banners.count()).toBe(FOR_MEMBERS.length)
    for (const [at, key] of FOR_MEMBERS.entries()) {
      const text = await textOf(banners.nth(at))
      const { title, body, actions } = words(key, 'en-IE', { isMember: true })
      expect(text, key).toContain(plain(title))
      expect(text, key).toContain(plain(body))
      expect(actions, key).toEqual([])
      expect(text, key).toMatch(ADMINS)
      expect(text, key).not.toMatch(/4242|Visa|funds|declined|Add more|Add credit/)
      expect(await banners.nth(at).getByRole('button').count(), key).toBe(0)
    }
  })
})

describeInBrowser('a line in a card', (gallery) => {
  it('has the same text, with its actions as links', async () => {
    const page = await gallery().open({ state: 'inline-notices' })
    const groups = page.locator('.inline-notices')
    for (const [at, placement] of (['balance', 'auto', 'method', 'alerts', 'payments'] as const).entries()) {
      const keys = KEYS.filter((key) => notice(key).placement === placement)
      const lines = groups.nth(at).locator('.inline-notice')
      await expect.poll(() => lines.count(), { message: placement }).toBe(keys.length)
      for (const [line, key] of keys.entries()) {
        const { title, body, actions } = words(key, 'en-IE')
        expect(await textOf(lines.nth(line)), key).toContain(plain(`${title} ${body}`))
        expect(await lines.nth(line).locator('.link-button').allTextContents(), key).toEqual(
          actions.map(({ label }) => label),
        )
        const isDismissible = notice(key).is_dismissible
        expect(await lines.nth(line).locator('.icon-button').count(), key).toBe(isDismissible ? 1 : 0)
      }
    }
  })
})

describeInBrowser('with colours forced', (gallery) => {
  it('boxes, buttons and notices keep their borders, and the focus its ring', async () => {
    const page = await gallery().open({ state: 'page-five-notices' })
    await page.emulateMedia({ forcedColors: 'active' })
    try {
      for (const part of ['.card', '.banner', '.inline-notice', '.button']) {
        const [width, edge, behind] = (await page.evaluate(`(() => {
          const one = getComputedStyle(document.querySelector('${part}'))
          return [one.borderTopWidth, one.borderTopColor, getComputedStyle(document.body).backgroundColor]
        })()`)) as string[]
        expect(width, part).toBe('1px')
        expect(edge, part).not.toBe(behind)
      }
      await page.keyboard.press('Tab')
      expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    } finally {
      await page.emulateMedia({ forcedColors: 'none' })
    }
  })
})

describeInBrowser('a page that is not live', (gallery) => {
  it('shows its time in the balance card', async () => {
    const page = await gallery().open({ state: 'page-reconnecting' })
    await page.locator('.balance-card').getByText('Reconnecting, as of 12:00').waitFor()
  })

  it('says above everything else that its session has ended, also in an open dialog', async () => {
    const page = await gallery().open({ state: 'page-session-ended-in-dialog' })
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Your session has ended.').waitFor()
    await page
      .locator('.banner', { hasText: 'Your session has ended. Open Billing again from Harbor Cloud.' })
      .waitFor()
  })

  it('says whether anything was charged if a payment was about to be made', async () => {
    const page = await gallery().open({ state: 'pay-session-ended' })
    await page
      .getByRole('dialog')
      .getByText('Your session has ended. Open Billing again from Harbor Cloud. Nothing was charged.')
      .waitFor()
  })
})
