import { expect, it } from 'vitest'
import { maskNumber } from '../../../src/core/usage/masked-number.ts'

it.each([
  ['+493012345678', '+49********78', 'country code of two digits'],
  ['+12125550100', '+1********00', 'of one'],
  ['+420212345678', '+420*******78', 'of three'],
  ['+881612345678', '+881*******78', 'a network without a country'],
  ['+49123456', '+49****56', 'short'],
  ['+491234', '+49****', 'so short that two digits would be half of it'],
  ['60606', '60606', 'a short code'],
  ['112', '112', 'an emergency number'],
  ['ACME', 'ACME', 'a sender without digits'],
  ['030 1234567', '*** *****67', 'a national number'],
  ['+49 (30) 123-456', '+49 (**) ***-*56', 'with spaces and signs'],
  ['call me on +493012345678', 'call me on +**********78', 'text around it'],
  ['٠٣٠١٢٣٤٥٦٧', '********٦٧', 'other digits'],
  ['', '', 'nothing'],
])('%s is shown as %s: %s', (number, masked) => {
  expect(maskNumber(number)).toBe(masked)
})
