/** `npm run mutation`: how many small faults in the core of rating and top-ups the tests notice. Incremental: a second run tries only what changed. */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.mutation.config.ts' },
  mutate: [
    'src/core/rating/**/*.ts',
    'src/core/{audit,batch,book,corrections}/**/*.ts',
    'src/core/account/state.ts',
    'src/core/usage/content.ts',
    'src/core/top-up/**/*.ts',
  ],
  // The preprocessor that reads it needs the compiler's old API; nothing here depends on it.
  tsconfigFile: 'tsconfig.none.json',
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['clear-text', 'progress', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
}
