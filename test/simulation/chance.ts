/**
 * A thread's randomness and ids from a seed, so that a replayed history has the same ones: the jitter of retries, and all
 * random ids.
 */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { createRandom } from '../../testkit/random.ts'

export function seedChance(seed: number): void {
  const random = createRandom(seed)
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => random.whole(256)))
  Math.random = random.fraction
  Object.assign(crypto, {
    randomBytes,
    randomUUID: () => {
      const hex = randomBytes(16).toString('hex')
      return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
    },
  })
  syncBuiltinESMExports()
}
