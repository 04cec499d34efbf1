/** Customers read names of people, and none of services. */
import { expect, it } from 'vitest'
import { personName } from '../../../web/src/credit/person-name.ts'

it.each([
  // id, name, shown
  ['ann', 'Ann Arbor', 'Ann Arbor'],
  ['ann', null, 'ann'],
  ['api-key billing-service', null, null],
  ['api-key billing-service', 'Ann Arbor', 'Ann Arbor'],
  [null, null, null],
])('%s, named %s, is shown as %s', (id, name, shown) => {
  expect(personName(id, name)).toBe(shown)
})
