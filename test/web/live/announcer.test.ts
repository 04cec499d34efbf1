/** What is announced, and how often. */
import { beforeEach, describe, expect, it } from 'vitest'
import { ANNOUNCE_EVERY_MS, type Announcer, createAnnouncer } from '../../../web/src/live/announcer.ts'

let nowMs: number
let waiting: { at: number; work: () => void }[]
let said: string[]
let alerted: string[]
let announcer: Announcer

beforeEach(() => {
  nowMs = 0
  waiting = []
  said = []
  alerted = []
  announcer = createAnnouncer({
    say: (text) => said.push(text),
    alert: (text) => alerted.push(text),
    nowMs: () => nowMs,
    later(work, ms) {
      const one = { at: nowMs + ms, work }
      waiting.push(one)
      return () => {
        waiting = waiting.filter((other) => other !== one)
      }
    },
  })
})

function passMs(ms: number): void {
  nowMs += ms
  const due = waiting.filter(({ at }) => at <= nowMs)
  waiting = waiting.filter(({ at }) => at > nowMs)
  for (const { work } of due) work()
}

describe('announcements', () => {
  it('are made at once, and then every 30 seconds, the newest only', () => {
    for (const text of ['a', 'b', 'c']) announcer.announce(text)
    expect(said).toEqual(['a'])
    passMs(ANNOUNCE_EVERY_MS - 1)
    expect(said).toEqual(['a'])
    passMs(1)
    expect(said).toEqual(['a', 'c'])
    announcer.announce('d')
    expect(said).toEqual(['a', 'c'])
    passMs(ANNOUNCE_EVERY_MS)
    expect(said).toEqual(['a', 'c', 'd'])
    passMs(10 * ANNOUNCE_EVERY_MS)
    expect(said).toEqual(['a', 'c', 'd'])
  })

  it('end with the page', () => {
    announcer.announce('a')
    announcer.announce('b')
    announcer.stop()
    passMs(ANNOUNCE_EVERY_MS)
    expect(said).toEqual(['a'])
  })
})

const critical = (kind: string, text: string) => ({ kind, text })

describe('a critical notice', () => {
  it('is an alert once, and not on load', () => {
    announcer.criticals(new Map([['exhausted 1', critical('exhausted', 'out')]]))
    expect(alerted).toEqual([])
    const both = new Map([
      ['exhausted 1', critical('exhausted', 'out')],
      ['paused 1', critical('paused', 'paused')],
    ])
    announcer.criticals(both)
    announcer.criticals(both)
    announcer.criticals(new Map())
    announcer.criticals(both)
    expect(alerted).toEqual(['paused'])
  })

  it('that recurs is announced again, but not within 30 seconds', () => {
    announcer.criticals(new Map())
    announcer.criticals(new Map([['exhausted 1', critical('exhausted', 'out')]]))
    announcer.criticals(new Map([['exhausted 2', critical('exhausted', 'out at once')]]))
    expect(alerted).toEqual(['out'])
    passMs(ANNOUNCE_EVERY_MS)
    announcer.criticals(new Map([['exhausted 3', critical('exhausted', 'out again')]]))
    expect(alerted).toEqual(['out', 'out again'])
  })

  it('of another kind is announced at once', () => {
    announcer.criticals(new Map())
    announcer.criticals(new Map([['exhausted 1', critical('exhausted', 'out')]]))
    announcer.criticals(new Map([['approve 1', critical('approve', 'approve it')]]))
    expect(alerted).toEqual(['out', 'approve it'])
  })
})
