import fc from 'fast-check'
import { expect, it } from 'vitest'
import { crc32c } from '../../../src/platform/kafka/crc32c.ts'
import { checksum } from '../../support/produce-request.ts'

it('is the checksum of RFC 3720', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43)
})

it('covers the requested bytes, for any length and position', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), fc.nat(20), (bytes, before, behind) => {
      const around = Buffer.concat([Buffer.alloc(before, 1), bytes, Buffer.alloc(behind, 2)])
      expect(crc32c(around, before, before + bytes.length)).toBe(checksum(bytes))
    }),
  )
})
