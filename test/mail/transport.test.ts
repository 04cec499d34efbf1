/** What a server's answers mean, and that nothing of an address is kept of them. */
import { describe, expect, it } from 'vitest'
import { retryAfterSeconds } from '../../src/mail/send-mails.ts'
import { outcomeOf, type SmtpError, withoutAddresses } from '../../src/mail/transport.ts'

describe('an answer of the server', () => {
  // biome-ignore format: a table
  it.each<[error: SmtpError, kind: string, reason: string]>([
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.1.1 <ana@acme.example>: no such user' }, 'refused', '550 5.1.1 (address) no such user'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 554, response: '554 5.7.1 <ana@acme.example>: Relay access denied' }, 'failed', '554 5.7.1 (address) Relay access denied'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 554, response: '554 5.7.1 Service unavailable; client host blocked' }, 'failed', '554 5.7.1 Service unavailable; client host blocked'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.1.8 sender domain not found' }, 'failed', '550 5.1.8 sender domain not found'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550, response: '550 5.1.10 no such recipient' }, 'refused', '550 5.1.10 no such recipient'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 552, response: '552 5.2.2 mailbox full' }, 'refused', '552 5.2.2 mailbox full'],
    [{ code: 'EMESSAGE', command: 'DATA', responseCode: 554, response: '554 5.7.1 spam' }, 'refused', '554 5.7.1 spam'],
    [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 450, response: '450 4.2.0 greylisted' }, 'failed', '450 4.2.0 greylisted'],
    [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550, response: '550 sender not allowed' }, 'failed', '550 sender not allowed'],
    [{ code: 'EAUTH', command: 'AUTH PLAIN', responseCode: 535, response: '535 5.7.8 no' }, 'failed', '535 5.7.8 no'],
    [{ code: 'ESOCKET', message: 'connect ECONNREFUSED 127.0.0.1:2525' }, 'failed', 'ESOCKET: connect ECONNREFUSED 127.0.0.1:2525'],
    [{}, 'failed', 'failed:'],
  ])('%j: it is %s', (error, kind, reason) => {
    expect(outcomeOf(error)).toEqual({ kind, reason })
  })

  it('is kept on one line, without addresses, and shortened', () => {
    expect(withoutAddresses('550 "a b"@x.example\r\n550 <ana+1@acme.example> no')).toBe(
      '550 "a (address) 550 (address) no',
    )
    expect(withoutAddresses('x'.repeat(1_000)).length).toBe(300)
  })
})

describe('the next try', () => {
  it.each([
    [1, 15, 30],
    [2, 30, 60],
    [3, 60, 120],
    [8, 1_800, 3_600],
    [1_000, 1_800, 3_600],
  ])('after %i comes within %i to %i seconds', (tries, least, most) => {
    expect(retryAfterSeconds(tries, 0)).toBe(least)
    expect(retryAfterSeconds(tries, 1)).toBe(most)
  })
})
