import { expect, it } from 'vitest'
import { foreignOrigin } from '../../../src/api/access/same-origin.ts'

const US = 'https://billing.example:8443'

it.each([
  // origin, sec-fetch-site, taken
  [US, 'same-origin', true],
  [US, undefined, true],
  [undefined, 'same-origin', true],
  [undefined, undefined, false],
  ['null', undefined, false],
  ['null', 'same-origin', false],
  [US, 'same-site', false],
  [US, 'cross-site', false],
  [US, 'none', false],
  ['https://billing.example', 'same-origin', false],
  ['https://billing.example:8443.evil.example', undefined, false],
  ['http://billing.example:8443', undefined, false],
  ['', undefined, false],
])('Origin %s, Sec-Fetch-Site %s: taken %s', (origin, site, isTaken) => {
  const headers = {
    ...(origin === undefined ? {} : { origin }),
    ...(site === undefined ? {} : { 'sec-fetch-site': site }),
  }
  expect(foreignOrigin(headers, `${US}/under/a/path`) === null).toBe(isTaken)
})
