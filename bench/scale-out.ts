/** Measures several rater processes on one machine; one of them relays. */
import { benchPreloaded, RECORDED, TIMED } from './end-to-end.ts'
import { against, type Figure, find } from './figures.ts'
import { uniformMix } from './mixes.ts'
import { openRig } from './rig.ts'

export async function benchScaleOut(messages: number): Promise<Figure[]> {
  const rig = await openRig()
  try {
    const preloaded = await rig.preload(uniformMix, messages)
    const figures: Figure[] = []
    for (const raters of [1, 2, 3]) {
      const roles = ['rater,relay', ...Array.from({ length: raters - 1 }, () => 'rater')]
      const scenario = `raters: ${raters}`
      const measured = await benchPreloaded(scenario, rig, preloaded, { runs: 3, messages, roles })
      const one = figures.length === 0 ? measured : figures
      figures.push(against(find(measured, scenario, RECORDED), find(one, 'raters: 1', RECORDED)))
      figures.push(find(measured, scenario, TIMED))
    }
    return figures
  } finally {
    await rig.close()
  }
}
