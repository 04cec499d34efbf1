import { expect, it } from 'vitest'
import { PartitionMap } from '../../../src/platform/kafka/places.ts'

it('keeps the values of a topic’s partition apart from all others', () => {
  const map = new PartitionMap([
    [{ topic: 'a', partition: 1 }, 'a/1'],
    [{ topic: 'b', partition: 1 }, 'b/1'],
    [{ topic: 'a', partition: 0 }, 'a/0'],
  ])
  expect([...map.values()]).toEqual(['a/1', 'a/0', 'b/1'])
  expect(map.get({ topic: 'b', partition: 0 })).toBeUndefined()
  map.set({ topic: 'b', partition: 1 }, 'newer')
  map.delete({ topic: 'a', partition: 0 })
  map.delete({ topic: 'c', partition: 0 })
  expect([map.size, ...map.values()]).toEqual([2, 'a/1', 'newer'])
})
