import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/** What a page shows comes a moment after it was asked for, and on a busy machine later than the second that is the default. */
const EXPECT = { poll: { timeout: 10_000 } }

/** Vitest would leave one of two processors idle. */
const WORKERS = Math.max(2, availableParallelism())

/** Unit tests need nothing, those of the page a browser. Integration tests share running components, of which each worker has its own. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/integration/**', 'test/faults/**', 'test/page/**', 'node_modules/**'],
          testTimeout: 30_000,
          // No test changes what a module keeps, so the files of one worker share what they import.
          isolate: false,
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          // Each file has a browser of its own, on one gallery.
          name: 'page',
          include: ['test/page/**/*.test.ts'],
          globalSetup: ['test/page/setup.ts'],
          maxWorkers: WORKERS,
          // Beside the unit tests, as browsers mostly wait.
          sequence: { groupOrder: 0 },
          expect: EXPECT,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts', 'test/faults/**/*.test.ts'],
          globalSetup: ['test/support/global-stack.ts'],
          setupFiles: ['test/support/away-from-midnight.ts'],
          // One more than a small machine has processors, as tests often wait for timers, leases and browsers. Not more: each
          // worker's Kafka and Postgres take their share of memory and processors.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
          expect: EXPECT,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
