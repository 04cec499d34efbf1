/** One stack for all integration tests: each takes a database, topics and a consumer group of its own on it. */
import type { TestProject } from 'vitest/node'
import { startStack } from '../../stack/stack.ts'

declare module 'vitest' {
  interface ProvidedContext {
    stackEnvironment: Record<string, string>
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stack = await startStack()
  project.provide('stackEnvironment', stack.environment())
  return () => stack.stop()
}
