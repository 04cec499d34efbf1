import { describe, expect, it } from 'vitest'
import { coPartitioned } from '../../src/intake/co-partitioning.ts'

const partitions = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('an assignment', () => {
  it('gives one member partition n of all topics, in whatever order the members are listed', () => {
    const topics = new Map([
      ['calls', partitions(5)],
      ['messages', partitions(5)],
    ])
    const own = {
      a: { calls: [0, 2, 4], messages: [0, 2, 4] },
      b: { calls: [1, 3], messages: [1, 3] },
    }
    expect(Object.fromEntries(coPartitioned(['b', 'a'], topics))).toEqual(own)
    expect(Object.fromEntries(coPartitioned(['a', 'b'], topics))).toEqual(own)
  })

  it('leaves no partition out and assigns none twice, even with more members than partitions', () => {
    const assignment = coPartitioned(['a', 'b', 'c', 'd'], new Map([['calls', partitions(3)]]))
    expect([...assignment.values()].flatMap(({ calls = [] }) => calls).toSorted()).toEqual([0, 1, 2])
    expect(assignment.get('d')).toEqual({})
  })

  it('accepts topics of different partition counts', () => {
    const assignment = coPartitioned(
      ['a', 'b'],
      new Map([
        ['calls', partitions(4)],
        ['other', partitions(1)],
      ]),
    )
    expect(Object.fromEntries(assignment)).toEqual({ a: { calls: [0, 2], other: [0] }, b: { calls: [1, 3] } })
  })
})
