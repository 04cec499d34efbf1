/** Shares of a whole, computed from whole numbers and rounded once. A share is no money. */
import { scaled } from '../format/decimal.ts'

/** Thousandths, rounded half up; 0 if the whole is zero. */
export function perMille(part: string, whole: string): number {
  const [some, all] = [scaled(part), scaled(whole)]
  if (all <= 0n || some <= 0n) return 0
  return Number((some * 2_000n + all) / (all * 2n))
}

/** Such as `31%`; `<1%` for small shares above zero. */
export function percentText(part: string, whole: string, locale: string): string {
  const [some, all] = [scaled(part), scaled(whole)]
  const format = new Intl.NumberFormat(locale, { style: 'percent' })
  if (all <= 0n || some <= 0n) return format.format(0)
  const percent = (some * 200n + all) / (all * 2n)
  return percent === 0n ? `<${format.format(0.01)}` : format.format(Number(percent) / 100)
}
