/** A customer's colour is changed as little as needed to be readable, and is always readable. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandFor, contrastOf, MIN_CONTRAST, type Theme } from '../../src/look/brand.ts'

const BESIDE: Record<Theme, string[]> = { light: ['#f7f7f8', '#ffffff'], dark: ['#0e0f11', '#17181b'] }

describe('the contrast of colours', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#18181b', '#ffffff', 17.7],
    ['#1f5fd6', '#ffffff', 5.7],
    ['#b42318', '#fef3f2', 6.1],
    ['#f5c04e', '#261d0b', 9.9],
  ])('of %s on %s is %d', (one, other, contrast) => {
    expect(contrastOf(one, other)).toBeCloseTo(contrast, 0)
  })
})

describe('the brand colour', () => {
  it.each<[color: string, theme: Theme, shown: string | null]>([
    ['#1f5fd6', 'light', '#1f5fd6'],
    ['#8ab4ff', 'dark', '#8ab4ff'],
    ['#000000', 'light', '#000000'],
    ['#B42318', 'light', '#b42318'],
    ['blue', 'light', null],
    ['#fff', 'dark', null],
  ])('%s is kept if it is readable: %s', (color, theme, shown) => {
    expect(brandFor(color, theme)).toBe(shown)
  })

  it.each<[color: string, theme: Theme]>([
    ['#ffd400', 'light'],
    ['#00e5ff', 'light'],
    ['#ffffff', 'light'],
    ['#101010', 'dark'],
    ['#0000ff', 'dark'],
  ])('%s is changed in %s no more than needed', (color, theme) => {
    const shown = brandFor(color, theme)!
    const least = Math.min(...BESIDE[theme].map((other) => contrastOf(shown, other)))
    expect(least).toBeGreaterThanOrEqual(MIN_CONTRAST)
    expect(least).toBeLessThan(MIN_CONTRAST + 0.2)
  })

  it('is readable on every background, whatever it is', () => {
    const color = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`)
    fc.assert(
      fc.property(color, fc.constantFrom<Theme>('light', 'dark'), (given, theme) => {
        const shown = brandFor(given, theme)!
        expect(shown).toMatch(/^#[0-9a-f]{6}$/)
        for (const other of BESIDE[theme]) expect(contrastOf(shown, other)).toBeGreaterThanOrEqual(MIN_CONTRAST)
      }),
    )
  })
})
