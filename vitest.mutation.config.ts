import { defineConfig } from 'vitest/config'

/** The tests of the core alone: what mutation testing runs again and again. */
export default defineConfig({ test: { include: ['test/core/**/*.test.ts'] } })
