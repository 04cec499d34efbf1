/**
 * The components that the integration tests run on, each started when a test first needs it. Three files run at a time. Each
 * worker has its own Kafka, Postgres and Redis, because names of topics and database roles are fixed; each file has its own
 * database and consumer group there. The registry is only read, so one is shared by all.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'
import { type ComponentName, prepareStack, type Stack, startStack } from '../../stack/stack.ts'
import { makeTemplate } from './template.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `<it>/<worker>/<component>` answers with the component's part of the stack's environment. */
    componentsUrl: string
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // A first download may take minutes: here there is no time limit, unlike in a test.
  await prepareStack({ log: (line) => console.error(line) })
  const stacks = new Map<string, Promise<Stack>>()
  const server = createServer(async (request, response) => {
    const [, worker, name] = request.url!.split('/') as [string, string, ComponentName]
    const key = name === 'registry' ? name : `${worker}/${name}`
    if (!stacks.has(key)) stacks.set(key, start(name))
    try {
      response.end(JSON.stringify((await stacks.get(key)!).environment()))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  project.provide('componentsUrl', `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return async () => {
    server.close()
    await Promise.allSettled([...stacks.values()].map(async (stack) => (await stack).stop()))
  }
}

async function start(name: ComponentName): Promise<Stack> {
  const stack = await startStack({ only: [name] })
  if (name === 'postgres') await makeTemplate(stack.postgresUrl)
  return stack
}
