/** Properties of the notices of any account at any time. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NoticeFacts } from '../../../src/core/notices/facts.ts'
import { type Notice, type NoticeKey, SEVERITIES } from '../../../src/core/notices/notice.ts'
import { noticesOf, undismissed } from '../../../src/core/notices/notices.ts'
import { NOTICES } from '../../../src/core/notices/table.ts'
import { facts } from './any-facts.ts'
import { NOW } from './planted.ts'

const roles = fc.constantFrom('admin', 'member')
const rowOf = (key: NoticeKey) => NOTICES.find((row) => row.key === key)!
const asText = (value: unknown) => JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}n` : part))

function check(holds: (notices: Notice[], of: NoticeFacts, role: 'admin' | 'member') => void, runs = 2_000): void {
  fc.assert(
    fc.property(facts, roles, (of, role) => holds(noticesOf(of, NOW, role), of, role)),
    { numRuns: runs },
  )
}

describe('notices', () => {
  it('all occur', () => {
    const seen = new Set<string>()
    check((notices) => {
      for (const { key } of notices) seen.add(key)
    }, 5_000)
    expect(NOTICES.map(({ key }) => key).filter((key) => !seen.has(key))).toEqual([])
  })

  it('have one banner if there are any, and no other notice outranks it', () => {
    check((notices) => {
      expect(notices.filter(({ isBanner }) => isBanner)).toEqual(notices.slice(0, 1))
      const rank = ({ key, severity }: Notice) => [SEVERITIES.indexOf(severity), NOTICES.indexOf(rowOf(key))] as const
      for (const [place, notice] of notices.entries()) {
        const next = notices[place + 1]
        if (next === undefined) continue
        const [[severity, row], [nextSeverity, nextRow]] = [rank(notice), rank(next)]
        expect(severity < nextSeverity || (severity === nextSeverity && row <= nextRow)).toBe(true)
      }
    })
  })

  it('are never shown beside a notice that hides them', () => {
    check((notices) => {
      const keys = new Set(notices.map(({ key }) => key))
      for (const { key } of notices) expect(rowOf(key).hiddenBy.filter((hider) => keys.has(hider))).toEqual([])
      expect(keys.has('exhausted') && keys.has('exhausted_and_paused')).toBe(false)
      expect(keys.has('paused') && keys.has('taken_back')).toBe(false)
      expect(keys.has('exhausted') && keys.has('never_topped_up')).toBe(false)
    })
  })

  it('show members neither card nor reason, and no actions', () => {
    check((notices, of) => {
      for (const notice of noticesOf(of, NOW, 'member')) {
        expect(rowOf(notice.key).for).toBe('everybody')
        expect(notice.actions).toEqual([])
        expect(asText(notice)).not.toMatch(/"last4"|"(?:why|reason)":"(?!no_credit|not_enough|no_usage|more_than)/)
      }
      expect(notices.length).toBeLessThanOrEqual(noticesOf(of, NOW, 'admin').length)
    })
  })

  it('never contain a bank’s code', () => {
    check((notices) => {
      expect(asText(notices)).not.toMatch(/insufficient_funds|do_not_honor|expired_card|stolen_card|of_tomorrow/)
    })
  })

  it('are the same for the same facts, role and time, and do not change the facts', () => {
    check((notices, of, role) => {
      const copy = structuredClone(of)
      expect(noticesOf(of, NOW, role)).toEqual(notices)
      expect(of).toEqual(copy)
    })
  })

  it('are each a distinct occurrence', () => {
    check((notices) => {
      expect(new Set(notices.map(({ key, occurrence }) => `${key} ${occurrence}`)).size).toBe(notices.length)
    })
  })

  it('stay dismissed when anything else changes, and dismissing one hides nothing that must be seen', () => {
    fc.assert(
      fc.property(facts, facts, roles, (first, later, role) => {
        const dismissed = noticesOf(first, NOW, role)
        const { lowCrossing, added, method } = first
        const same = { ...later, lowCrossing, added, method }
        const all = noticesOf(same, NOW, role)
        const left = undismissed(all, dismissed)
        for (const notice of all) {
          const wasSeen = dismissed.some(
            ({ key, occurrence }) => key === notice.key && occurrence === notice.occurrence,
          )
          const isLeft = left.some(({ key, occurrence }) => key === notice.key && occurrence === notice.occurrence)
          expect(isLeft).toBe(!(wasSeen && notice.isDismissible))
        }
        expect(left.filter(({ isBanner }) => isBanner)).toEqual(left.slice(0, 1))
      }),
      { numRuns: 2_000 },
    )
  })
})
