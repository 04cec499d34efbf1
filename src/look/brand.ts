/**
 * The customer's colour on our pages. Hue and saturation stay; the lightness is changed as little as is needed for a
 * contrast of 4.5 to 1 (WCAG 2.2) with everything behind it and everything written on it.
 */

export const THEMES = ['light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

type Rgb = readonly [red: number, green: number, blue: number]

export const MIN_CONTRAST = 4.5
const LIGHTNESS_STEP = 0.002

/** The colours next to it: backgrounds of links and the focus ring, and text on a button. Same as in tokens.css. */
const BESIDE: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#f7f7f8', '#ffffff'],
  dark: ['#0e0f11', '#17181b'],
}

/** The colour that tokens.css has for both themes. */
const DEFAULT = '#1f5fd6'

/** The colour in each theme; null if tokens.css has it already, or `color` is not `#rrggbb`. */
export function brandColors(color: string): Readonly<Record<Theme, string>> | null {
  const [light, dark] = [brandFor(color, 'light'), brandFor(color, 'dark')]
  return light === null || dark === null || color.toLowerCase() === DEFAULT ? null : { light, dark }
}

/** The nearest readable `#rrggbb` in a theme; null if `color` is not `#rrggbb`. */
export function brandFor(color: string, theme: Theme): string | null {
  const rgb = parseColor(color)
  if (rgb === null) return null
  const beside = BESIDE[theme].map((other) => parseColor(other)!)
  const [hue, saturation, start] = hslOf(rgb)
  const step = theme === 'light' ? -LIGHTNESS_STEP : LIGHTNESS_STEP
  for (let lightness = start; ; lightness += step) {
    const candidate = rgbOf(hue, saturation, Math.min(1, Math.max(0, lightness)))
    const isReadable = beside.every((other) => contrast(candidate, other) >= MIN_CONTRAST)
    // Ends at black or white at the latest. A step is larger than the rounding of a colour.
    if (isReadable) return formatColor(candidate)
  }
}

/** The contrast ratio by WCAG, from 1 to 21. */
export function contrastOf(one: string, other: string): number {
  const [a, b] = [parseColor(one), parseColor(other)]
  if (a === null || b === null) throw new TypeError(`not a colour: ${a === null ? one : other}`)
  return contrast(a, b)
}

function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].toSorted((a, b) => a - b) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function parseColor(text: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text)
  if (match === null) return null
  const [, red, green, blue] = match
  return [Number.parseInt(red!, 16), Number.parseInt(green!, 16), Number.parseInt(blue!, 16)]
}

function formatColor(rgb: Rgb): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function hslOf(rgb: Rgb): [hue: number, saturation: number, lightness: number] {
  const [red, green, blue] = rgb.map((part) => part / 255) as [number, number, number]
  const [min, max] = [Math.min(red, green, blue), Math.max(red, green, blue)]
  const lightness = (min + max) / 2
  const range = max - min
  if (range === 0) return [0, 0, lightness]
  const saturation = range / (1 - Math.abs(2 * lightness - 1))
  const hue =
    max === red ? (green - blue) / range : max === green ? (blue - red) / range + 2 : (red - green) / range + 4
  return [(hue + 6) % 6, saturation, lightness]
}

function rgbOf(hue: number, saturation: number, lightness: number): Rgb {
  const chroma = (1 - Math.abs(2 * lightness - 1)) * saturation
  const part = (offset: number) => {
    const at = (hue + offset) % 6
    const share = Math.max(0, Math.min(1, Math.min(at, 4 - at)))
    return Math.round((lightness + chroma * (share - 0.5)) * 255)
  }
  return [part(2), part(0), part(4)]
}
