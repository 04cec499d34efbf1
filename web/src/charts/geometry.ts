/** The geometry of the credit chart. Pure: figures in, positions out, so that it can be tested without a browser. */
import type { Schema } from '../../../src/api/client/client.ts'
import { scaleOf } from './scale.ts'

export type BalanceHistory = Schema<'BalanceHistory'>
type TopUp = BalanceHistory['top_ups']['items'][number]

/** Size of the path: width in its own units, whatever it is stretched to; height in pixels. */
export const PATH_WIDTH = 1_000
export const PATH_HEIGHT = 172

/** Top-ups closer than this share one mark, because separate ones would overlap. */
const MIN_MARK_GAP_PERCENT = 2.5
/** With more top-ups than this, drawing the dip at each would fill the chart. */
const MAX_DIPS = 40
const MAX_DATES = 5
/** Possible numbers of days between dates. */
const DATE_STEPS = [1, 2, 7, 14, 28] as const
/** Approximate size of the threshold's label: per cent of the width, and pixels. */
const LABEL_PERCENT = 35
const LABEL_HEIGHT = 18

export interface CreditChart {
  /** Amounts at even distances, from the top. */
  readonly ticks: readonly string[]
  /** Pixels from the top. */
  readonly zeroY: number
  readonly path: string
  readonly threshold: Threshold | null
  readonly marks: readonly Mark[]
  readonly dates: readonly { readonly xPercent: number; readonly date: string }[]
  readonly readings: readonly Reading[]
}

/** The threshold; its label is placed where the line of credit is farther away, and on no gridline. */
export interface Threshold {
  readonly y: number
  readonly side: 'start' | 'end'
  readonly isLabelBelow: boolean
}

export interface Mark {
  readonly xPercent: number
  readonly kind: 'automatic' | 'manual'
  readonly count: number
}

/** A point that can be read with the slider. */
export interface Reading {
  readonly xPercent: number
  readonly y: number
  readonly balance: string
  /** A day has a date, which is independent of time zones; other readings have an instant. */
  readonly of: { readonly date: string } | { readonly at: string }
}

interface Vertex {
  readonly atMs: number
  readonly balance: string
}

export function creditChart(history: BalanceHistory, threshold: string | null): CreditChart {
  const { points, days, top_ups: topUps } = history
  const vertices = verticesOf(history)
  const scale = scaleOf([...vertices.map(({ balance }) => balance), ...(threshold === null ? [] : [threshold])])
  const [fromMs, toMs] = [Date.parse(points[0]!.at), Date.parse(points.at(-1)!.at)]
  const part = (atMs: number) => (toMs === fromMs ? 1 : clamp((atMs - fromMs) / (toMs - fromMs)))
  const y = (balance: string) => round(scale.place(balance) * PATH_HEIGHT)
  const placed = vertices.map(({ atMs, balance }) => ({ x: round(part(atMs) * PATH_WIDTH), y: y(balance) }))
  return {
    ticks: scale.ticks,
    zeroY: y('0'),
    path: pathOf(placed),
    threshold: threshold === null ? null : thresholdAt(y(threshold), placed, scale.ticks.map(y)),
    marks: marksOf(topUps.items, (at) => 100 * part(Date.parse(at))),
    dates: datesOf(days).map((date) => ({ xPercent: round(100 * part(Date.parse(`${date}T00:00:00Z`))), date })),
    readings: points.slice(1).map(({ at, balance }, i) => ({
      xPercent: round(100 * part(Date.parse(at))),
      y: y(balance),
      balance,
      of: history.step === 'day' ? { date: days[i]!.date } : { at },
    })),
  }
}

/** The points in order, and between them each top-up with the balance before and after it. */
function verticesOf({ points, top_ups: topUps }: BalanceHistory): Vertex[] {
  const items = topUps.items.length > MAX_DIPS ? [] : topUps.items
  const vertices: Vertex[] = []
  let next = 0
  for (const { at, balance } of points) {
    const atMs = Date.parse(at)
    for (; next < items.length && Date.parse(items[next]!.at) <= atMs; next++) {
      const { at: toppedUpAt, balance_before, balance_after } = items[next]!
      const toppedUpMs = Date.parse(toppedUpAt)
      vertices.push({ atMs: toppedUpMs, balance: balance_before }, { atMs: toppedUpMs, balance: balance_after })
    }
    vertices.push({ atMs, balance })
  }
  return vertices
}

/** A stepped line: a value holds until it changes. */
function pathOf(placed: readonly { x: number; y: number }[]): string {
  const [first, ...others] = placed
  let { x: lastX, y: lastY } = first!
  let path = `M${lastX} ${lastY}`
  for (const { x, y } of others) {
    if (x !== lastX) path += `H${x}`
    if (y !== lastY) path += `V${y}`
    lastX = x
    lastY = y
  }
  return path
}

function thresholdAt(y: number, placed: readonly { x: number; y: number }[], gridlines: readonly number[]): Threshold {
  const isFree = (top: number) =>
    top >= 0 && top + LABEL_HEIGHT <= PATH_HEIGHT && !gridlines.some((at) => at > top && at < top + LABEL_HEIGHT)
  return { y, side: freeSide(placed, y), isLabelBelow: !isFree(y - LABEL_HEIGHT) && isFree(y) }
}

function freeSide(placed: readonly { x: number; y: number }[], thresholdY: number): 'start' | 'end' {
  const width = (LABEL_PERCENT / 100) * PATH_WIDTH
  const nearest = (isThere: (x: number) => boolean) =>
    Math.min(PATH_HEIGHT, ...placed.filter(({ x }) => isThere(x)).map(({ y }) => Math.abs(y - thresholdY)))
  return nearest((x) => x <= width) > nearest((x) => x >= PATH_WIDTH - width) ? 'start' : 'end'
}

function marksOf(topUps: readonly TopUp[], xPercentOf: (at: string) => number): Mark[] {
  const groups: { first: number; last: number; topUps: TopUp[] }[] = []
  for (const topUp of topUps) {
    const x = xPercentOf(topUp.at)
    const group = groups.at(-1)
    if (group !== undefined && x - group.first < MIN_MARK_GAP_PERCENT) {
      group.last = x
      group.topUps.push(topUp)
    } else groups.push({ first: x, last: x, topUps: [topUp] })
  }
  return groups.map(({ first, last, topUps: grouped }) => ({
    xPercent: round((first + last) / 2),
    kind: grouped.some(({ trigger }) => trigger === 'automatic') ? 'automatic' : 'manual',
    count: grouped.length,
  }))
}

function datesOf(days: BalanceHistory['days']): string[] {
  const step = DATE_STEPS.find((each) => days.length / each <= MAX_DATES) ?? Math.ceil(days.length / MAX_DATES)
  return days.filter((_, i) => i % step === 0).map(({ date }) => date)
}

/** Index of the reading nearest to a position from 0 to 1. */
export function readingAt(readings: readonly Reading[], part: number): number {
  let nearest = 0
  for (const [i, { xPercent }] of readings.entries()) {
    if (Math.abs(xPercent - 100 * part) < Math.abs(readings[nearest]!.xPercent - 100 * part)) nearest = i
  }
  return nearest
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part))
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
