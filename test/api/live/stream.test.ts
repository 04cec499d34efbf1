/** Slow readers: what they cost, what they miss, and when they are dropped. On a real socket, and on one that never drains. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type FollowedAccount, followedAccount } from '../../../src/api/live/account.ts'
import type { EndReason } from '../../../src/api/live/events.ts'
import { type LiveStream, openStream, type Sink } from '../../../src/api/live/stream.ts'
import { until } from '../../../testkit/until.ts'

const TIMES = { balanceEveryMs: 0, heartbeatMs: 15_000, drainMs: 30_000 }

function account(): FollowedAccount<LiveStream> {
  const made = followedAccount<LiveStream>('acme')
  made.topUps = { place: { epoch: 1, version: 0n }, latest: [] }
  made.hear({
    ...balance(1n),
    status: { epoch: 1, version: 1n, status: 'active', sinceMicros: 0 },
    settings: { epoch: 1, version: 1n },
    topUps: { epoch: 1, version: 0n },
  })
  return made
}

const balance = (version: bigint) => ({
  balance: {
    epoch: 1,
    version,
    balanceMicros: version,
    currency: 'EUR' as const,
    lastSequence: version,
    alertVersion: 0n,
  },
})

function open(of: FollowedAccount<LiveStream>, sink: Sink, onEnd: (reason: EndReason) => void = () => {}): LiveStream {
  const caller = { kind: 'operator', subject: 'olga' } as const
  const common = { caller, times: TIMES, seen: {}, retryMs: 1, onSent: () => {}, onEnd }
  const stream = openStream({ ...common, account: of, sink })
  of.streams.add(stream)
  return stream
}

/** A sink whose writes stay until they are released. */
function blockedSink() {
  const written: string[] = []
  let release: (() => void) | null = null
  let isDestroyed = false
  const sink: Sink = {
    write(text, done) {
      if (release !== null) throw new Error('written to while it waits')
      written.push(text)
      release = done
    },
    end: (text) => void written.push(text),
    destroy() {
      isDestroyed = true
    },
  }
  return {
    sink,
    written,
    isDestroyed: () => isDestroyed,
    drain() {
      const done = release
      release = null
      done?.()
    },
  }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a slow reader', () => {
  it('is sent nothing while a write waits, and then only the newest', () => {
    const of = account()
    const reader = blockedSink()
    const stream = open(of, reader.sink)
    expect(reader.written).toHaveLength(1)
    for (let version = 2n; version <= 1_000n; version++) {
      of.hear(balance(version))
      stream.wake()
    }
    expect(reader.written).toHaveLength(1)
    reader.drain()
    expect(reader.written).toHaveLength(2)
    expect(reader.written[1]).toMatch(/^event: balance\nid: b1\.1000,.*\ndata: .*"version":1000.*\n\n$/)
    reader.drain()
    expect(reader.written).toHaveLength(2)
    expect(stream.sent()).toBe(4)
  })

  it('costs no more on a real socket, however much is superseded', async () => {
    const of = account()
    let stream: LiveStream | undefined
    let most = 0
    const server = createServer((_request, response) => {
      response.on('error', () => {})
      stream = open(of, {
        write(text, done) {
          response.write(text, done)
          most = Math.max(most, response.writableLength)
        },
        end: (text) => response.end(text),
        destroy: () => response.destroy(),
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n')
    socket.pause()
    try {
      await until('it is open', () => stream !== undefined)
      const notices = 'n'.repeat(100_000)
      // 100 MB, more than any system buffer holds.
      for (let i = 0; i < 1_000; i++) {
        of.notices = new Map([['operator', { data: `"${i} ${notices}"`, digest: String(i) }]])
        stream!.wake()
        if (i % 20 === 0) await delay(1)
      }
      expect(stream!.sent()).toBeLessThan(900)
      expect(most).toBeLessThan(250_000)
      let text = ''
      socket.on('data', (bytes) => {
        text = (text + bytes.toString()).slice(-300_000)
      })
      socket.resume()
      await until('the newest has arrived', () => text.includes('data: "999 n'))
    } finally {
      socket.destroy()
      server.close()
    }
  })

  it('is dropped after 30 seconds without progress, and not before', () => {
    vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout'] })
    const reader = blockedSink()
    const ended: EndReason[] = []
    const stream = open(account(), reader.sink, (reason) => ended.push(reason))
    vi.advanceTimersByTime(29_000)
    stream.look()
    expect(reader.isDestroyed()).toBe(false)
    reader.drain()
    vi.advanceTimersByTime(29_000)
    // The heartbeat is the next write that waits.
    stream.look()
    vi.advanceTimersByTime(29_000)
    stream.look()
    expect(ended).toEqual([])
    vi.advanceTimersByTime(2_000)
    stream.look()
    stream.look()
    expect(reader.isDestroyed()).toBe(true)
    expect(ended).toEqual(['too_slow'])
  })
})

it('nothing is sent that is older than what the client has seen', () => {
  const of = account()
  const reader = blockedSink()
  const caller = { kind: 'operator', subject: 'olga' } as const
  const seen = { balance: { epoch: 1, version: 5n }, status: { epoch: 1, version: 0n } }
  const stream = openStream({
    ...{ account: of, caller, sink: reader.sink, times: TIMES, retryMs: 1, onSent: () => {}, onEnd: () => {} },
    seen,
  })
  expect(reader.written.join('')).not.toContain('event: balance')
  reader.drain()
  of.hear(balance(6n))
  stream.wake()
  expect(reader.written.at(-1)).toContain('event: balance\nid: b1.6')
})
