/** Frequent items are passed on often enough, not too often, and the last one always. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPacer } from '../../../web/src/live/pacer.ts'

const INTERVAL_MS = 250

it('passes the first at once, then the newest at most once per interval, and always the last', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 50 }), (gaps) => {
      let nowMs = 0
      let due: { at: number; work: () => void } | null = null
      const passed: { item: number; at: number }[] = []
      const pacer = createPacer<number>({
        everyMs: INTERVAL_MS,
        pass: (item) => passed.push({ item, at: nowMs }),
        nowMs: () => nowMs,
        later(work, ms) {
          due = { at: nowMs + ms, work }
          return () => {
            due = null
          }
        },
      })
      const go = (toMs: number) => {
        while (due !== null && due.at <= toMs) {
          const { at, work } = due as { at: number; work: () => void }
          due = null
          nowMs = at
          work()
        }
        nowMs = toMs
      }
      for (const [item, gap] of gaps.entries()) {
        go(nowMs + gap)
        pacer.take(item)
      }
      go(nowMs + INTERVAL_MS)
      expect(passed[0]!.item).toBe(0)
      expect(passed.at(-1)!.item).toBe(gaps.length - 1)
      for (const [at, one] of passed.entries()) {
        const before = passed[at - 1]
        if (before === undefined) continue
        expect(one.at - before.at).toBeGreaterThanOrEqual(INTERVAL_MS)
        expect(one.item).toBeGreaterThan(before.item)
      }
    }),
  )
})
