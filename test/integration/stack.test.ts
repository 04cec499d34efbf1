/** The two promises of the stack: what it says it started answers real clients, and nothing of it outlives its starter. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { COMPONENT_NAMES, type Stack, startStack } from '../../stack/stack.ts'
import { workFolder } from '../../stack/supervision.ts'
import { within } from '../../testkit/until.ts'
import { createTopic } from '../support/topics.ts'

const START_LIMIT_MS = 100_000
/** Ending everything, and removing its data, on a busy machine. */
const GONE = { timeout: 60_000, interval: 20 }
const STACK = join(import.meta.dirname, '../../stack/stack.ts')

describe('a stack', () => {
  let stack: Stack
  let other: Stack

  beforeAll(async () => {
    ;[stack, other] = await Promise.all([startStack(), startStack({ only: ['postgres', 'redis'] })])
  })

  afterAll(async () => {
    await Promise.all([stack?.stop(), other?.stop()])
  })

  it('carries a message through Kafka, and creates no topic by accident', async () => {
    const kafka = new Kafka({ brokers: stack.kafkaBrokers, logLevel: logLevel.NOTHING, retry: { retries: 2 } })
    const [admin, producer, consumer] = [kafka.admin(), kafka.producer(), kafka.consumer({ groupId: 'stack-test' })]
    await Promise.all([admin.connect(), producer.connect(), consumer.connect()])
    await createTopic('usage', 3, kafka)
    await producer.send({ topic: 'usage', acks: -1, messages: [{ key: 'account', value: 'event' }] })

    await consumer.subscribe({ topic: 'usage', fromBeginning: true })
    const received = Promise.withResolvers<string | undefined>()
    await consumer.run({ eachMessage: async ({ message }) => received.resolve(message.value?.toString()) })
    expect(await within('the message', received.promise)).toBe('event')
    await expect(producer.send({ topic: 'uasge', messages: [{ value: 'lost' }] })).rejects.toThrow()
    expect(await admin.listTopics()).not.toContain('uasge')
    await Promise.all([admin.disconnect(), producer.disconnect(), consumer.disconnect()])
  })

  it('registers a schema and returns it by id', async () => {
    const schema = JSON.stringify({ type: 'record', name: 'Usage', fields: [{ name: 'id', type: 'string' }] })
    const registered = await fetch(`${stack.schemaRegistryUrl}/subjects/usage-value/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema }),
    })
    const { id } = (await registered.json()) as { id: number }
    const found = (await (await fetch(`${stack.schemaRegistryUrl}/schemas/ids/${id}`)).json()) as { schema: string }
    expect(JSON.parse(found.schema)).toEqual(JSON.parse(schema))
  })

  it.each([
    ['server_version_num', /^18/],
    ['fsync', /^on$/],
    ['full_page_writes', /^on$/],
    ['synchronous_commit', /^on$/],
    ['data_checksums', /^on$/],
  ])('runs Postgres with %s like %s', async (setting, expected) => {
    const rows = await query(stack.postgresUrl, `select current_setting('${setting}') as value`)
    expect(rows[0]?.value).toMatch(expected)
  })

  it('keeps the data of two stacks apart', async () => {
    expect(new Set([stack.postgresUrl, other.postgresUrl]).size).toBe(2)
    await query(stack.postgresUrl, 'create table only_here ()')
    const [row] = await query(other.postgresUrl, `select to_regclass('only_here') as value`)
    expect(row?.value).toBeNull()

    const [here, there] = [new Redis(stack.redisUrl), new Redis(other.redisUrl)]
    await here.set('key', 'here')
    expect(await there.get('key')).toBeNull()
    here.disconnect()
    there.disconnect()
  })

  it('throws for the address of an omitted component', () => {
    expect(() => other.kafkaBrokers).toThrow('without kafka')
    expect(Object.keys(other.environment()).sort()).toEqual(['TOLLGATE_DATABASE_URL', 'TOLLGATE_REDIS_URL'])
  })

  it('brings Postgres back after a kill, on the same port and with what was committed', async () => {
    const { postgres } = stack.components
    const before = postgres.pid
    await query(stack.postgresUrl, 'create table kept ()')
    await postgres.kill()
    expect(postgres.pid).toBeNull()
    await postgres.start()
    expect(postgres.pid).not.toBe(before)
    const [row] = await query(stack.postgresUrl, `select to_regclass('kept') as value`)
    expect(row?.value).toBe('kept')
  })
})

describe('when the starter is gone', () => {
  afterEach(async () => {
    const { TOLLGATE_WORK_FOLDER: own } = process.env
    vi.unstubAllEnvs()
    if (own !== process.env.TOLLGATE_WORK_FOLDER) await rm(own!, { recursive: true, force: true })
  })

  it.each([
    { end: 'kill -9', how: (starter: ChildProcess) => starter.kill('SIGKILL') },
    { end: 'Ctrl-C', how: (starter: ChildProcess) => starter.kill('SIGINT') },
    { end: 'an exit without stopping it', how: (starter: ChildProcess) => starter.stdin?.end() },
  ])('nothing keeps running after $end', async ({ end, how }) => {
    const only = end === 'kill -9' ? COMPONENT_NAMES : ['postgres', 'redis']
    const { starter, pids, folder } = await startElsewhere(only)
    expect(pids).toHaveLength(only.length)
    expect(pids.filter(isRunning)).toEqual(pids)

    how(starter)

    await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), GONE)
    await vi.waitFor(() => expect(existsSync(folder)).toBe(false), GONE)
  })

  it('a new start removes the leftovers if the watchdog was killed too', async () => {
    // Not where others start stacks: they would remove the leftovers first.
    vi.stubEnv('TOLLGATE_WORK_FOLDER', join(workFolder(), `leftovers-${randomBytes(4).toString('hex')}`))
    const { starter, pids, folder } = await startElsewhere(['postgres', 'redis'])
    const watchdog = await watchdogOf(folder)
    process.kill(watchdog, 'SIGKILL')
    await vi.waitFor(() => expect(isRunning(watchdog)).toBe(false), GONE)
    starter.kill('SIGKILL')
    await vi.waitFor(() => expect(isRunning(starter.pid as number)).toBe(false), GONE)
    expect(pids.filter(isRunning)).toEqual(pids)

    const next = await startStack({ only: ['redis'] })
    expect(pids.filter(isRunning)).toEqual([])
    expect(existsSync(folder)).toBe(false)
    await next.stop()
  })
})

/** A stack started by a separate process, which ends when its standard input does. */
async function startElsewhere(only: readonly string[]) {
  const program = `
    import { startStack } from ${JSON.stringify(STACK)}
    const only = ${JSON.stringify(only)}
    const { components } = await startStack({ only })
    console.log(JSON.stringify(only.map((name) => components[name].pid)))
    process.stdin.on('end', () => process.exit()).resume()`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: starter.stdout })[Symbol.asyncIterator]()
  const { value: line } = await within('a stack started elsewhere', lines.next(), START_LIMIT_MS)
  if (line !== undefined) {
    const pids = JSON.parse(line) as number[]
    const folder = commandOf(pids[0] as number).match(/\S+\/stacks\/[^/\s]+/)?.[0]
    if (!folder) throw new Error('a stack runs in no folder')
    return { starter, pids, folder }
  }
  throw new Error('the starter ended before its stack was up')
}

async function watchdogOf(folder: string): Promise<number> {
  const { stdout } = spawn('ps', ['-A', '-o', 'pid=', '-o', 'args='], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: stdout })) {
    if (line.trimEnd().endsWith(`tollgate-watchdog ${folder}`)) return Number.parseInt(line, 10)
  }
  throw new Error(`${folder} has no watchdog`)
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}

/** A zombie has ended: reaping it is the job of the machine's init process. */
function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}

async function query(url: string, sql: string): Promise<Array<{ value: string | null }>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
