import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Vitest would leave one of two processors idle. */
const WORKERS = Math.max(2, availableParallelism())

/** Unit tests need nothing; integration tests share running components, which each worker has its own of. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'node_modules/**'],
          testTimeout: 30_000,
          // No test changes what a module keeps, so the files of one worker share what they import.
          isolate: false,
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          globalSetup: ['test/support/global-stack.ts'],
          // Not more: each worker's Kafka and Postgres take their share of memory and processors.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
