/** A stream that is followed, lost, replaced by polling and restored, with the test's clock. */
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type LiveEvent, LiveRefused } from '../../../src/api/client/live.ts'
import type { Connection } from '../../../web/src/live/connection.ts'
import {
  createFollower,
  type Follower,
  type FollowerPort,
  LOST_AFTER_MS,
  POLL_EVERY_MS,
  SILENT_AFTER_MS,
} from '../../../web/src/live/follower.ts'

type Options = Parameters<FollowerPort['connect']>[0]

interface Connected {
  readonly options: Options
  hear(event: LiveEvent): void
  beat(): void
  fail(error?: Error): void
  end(): void
}

const settings = (version: number): LiveEvent => ({
  event: 'settings',
  id: `id-${version}`,
  data: { account_id: 'acme', epoch: 1, version },
})

let connections: Connected[]
let events: LiveEvent[]
let states: Connection[]
let polls: number
let follower: Follower
const newest = () => connections.at(-1)!
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  connections = []
  events = []
  states = []
  polls = 0
  follower = createFollower({
    connect(options) {
      const { connected, items } = connection(options)
      connections.push(connected)
      return items
    },
    onEvent: (event) => events.push(event),
    onConnection: (state) => states.push(state),
    poll: () => {
      polls += 1
    },
    later(work, ms) {
      const timer = setTimeout(work, ms)
      return () => clearTimeout(timer)
    },
  })
  return () => {
    follower.rest()
    vi.useRealTimers()
  }
})

function connection(options: Options): { connected: Connected; items: AsyncIterable<LiveEvent> } {
  const stream = new ReadableStream<LiveEvent>({
    start(controller) {
      const fail = (error = new TypeError('lost')) => controller.error(error)
      options.signal.addEventListener('abort', () => fail())
      made = {
        options,
        hear(event) {
          options.onHeard()
          controller.enqueue(event)
        },
        beat: () => options.onHeard(),
        fail,
        end: () => controller.close(),
      }
    },
  })
  return { connected: made!, items: stream }
}
let made: Connected | null = null

describe('a stream', () => {
  it('passes its events on, and reports nothing while all is well', async () => {
    follower.follow()
    newest().hear(settings(1))
    for (let beats = 0; beats < 5; beats += 1) {
      await pass(15_000)
      newest().beat()
    }
    expect({ events, states, polls, connections: connections.length }).toEqual({
      events: [settings(1)],
      states: [],
      polls: 0,
      connections: 1,
    })
  })

  it('continues where it was if it is back before it counts as lost', async () => {
    follower.follow()
    newest().options.onRetry(1_000)
    newest().hear(settings(1))
    await pass(0)
    newest().end()
    await pass(1_000)
    expect(newest().options.lastEventId).toBe('id-1')
    newest().beat()
    await pass(LOST_AFTER_MS)
    expect({ states, polls, connections: connections.length }).toEqual({ states: [], polls: 0, connections: 2 })
  })

  it('is lost after 10 seconds, polled for every 15, and everything is read once it is back', async () => {
    follower.follow()
    newest().beat()
    newest().fail()
    await pass(LOST_AFTER_MS - 1)
    expect(states).toEqual([])
    await pass(1)
    expect({ states, polls }).toEqual({ states: ['lost'], polls: 1 })
    await pass(2 * POLL_EVERY_MS)
    expect(polls).toBe(3)
    await pass(60_000)
    const before = polls
    newest().beat()
    expect({ states, polls }).toEqual({ states: ['lost', 'live'], polls: before + 1 })
    await pass(POLL_EVERY_MS)
    expect(polls).toBe(before + 1)
  })

  it('is also lost if nothing comes for 30 seconds', async () => {
    follower.follow()
    newest().beat()
    await pass(SILENT_AFTER_MS)
    expect(connections[0]!.options.signal.aborted).toBe(true)
    await pass(LOST_AFTER_MS)
    expect(states).toEqual(['lost'])
  })

  it('is retried less and less often while it is temporarily refused', async () => {
    follower.follow()
    const asked = []
    for (let seconds = 0; seconds < 120; seconds += 1) {
      newest().fail(new LiveRefused(503, null))
      const before = connections.length
      await pass(1_000)
      if (connections.length > before) asked.push(seconds)
    }
    expect(connections.length).toBeLessThan(9)
    expect(asked[0]).toBeLessThan(3)
  })

  it.each<[how: string, end: (of: Connected) => void]>([
    [
      'an event says that the session has ended',
      (of) => of.hear({ event: 'end', data: { reason: 'credential_ended' } }),
    ],
    ['an event says that the account is gone', (of) => of.hear({ event: 'end', data: { reason: 'account_gone' } })],
    ['it is refused with 401', (of) => of.fail(new LiveRefused(401, null))],
  ])('ends for good if %s', async (_, end) => {
    follower.follow()
    end(newest())
    await pass(300_000)
    expect({ states, polls, connections: connections.length }).toEqual({ states: ['ended'], polls: 0, connections: 1 })
  })

  it('is reopened if the server stops', async () => {
    follower.follow()
    newest().hear({ event: 'end', data: { reason: 'stopping' } })
    await pass(2_000)
    expect({ states, connections: connections.length }).toEqual({ states: [], connections: 2 })
  })
})

describe('a hidden page', () => {
  it('has no stream, requests nothing, and is not lost', async () => {
    follower.follow()
    newest().hear(settings(1))
    await pass(0)
    follower.rest()
    expect(newest().options.signal.aborted).toBe(true)
    await pass(300_000)
    expect({ states, polls, connections: connections.length }).toEqual({ states: [], polls: 0, connections: 1 })
    follower.follow()
    expect({ connections: connections.length, from: newest().options.lastEventId }).toEqual({
      connections: 2,
      from: 'id-1',
    })
  })
})
