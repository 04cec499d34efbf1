/**
 * Preloaded (`node --import`) with a name in `PLANTED_BUG`: replaces lines of a source module when it is loaded, so that the
 * product has that bug. If a line is missing or occurs more than once, the program ends: otherwise a test would search for a
 * bug that was not planted.
 */
import { registerHooks } from 'node:module'

const BUGS = {
  // It may have moved money; another is made nevertheless.
  'a new payment after a time-out': {
    file: '/src/core/top-up/machine.ts',
    line: '  return { ...before, state, silences, confirmedAtMicros, nextTryAtMicros }\n',
    by: `  const anew = { state: 'requested' as const, attemptId: null, paymentId: null, methodId: null, confirmedAtMicros: null }
  return { ...before, state, silences, confirmedAtMicros, nextTryAtMicros, ...(isInDoubt ? anew : {}) }\n`,
  },
  'credit before the word of the provider': {
    file: '/src/core/top-up/payment.ts',
    line: 'creditedMicros: hasTakenMoney(facts) ? amountMicros : 0n,',
    by: "creditedMicros: hasTakenMoney(facts) || facts.state.kind === 'processing' ? amountMicros : 0n,",
  },
  // As read before the account was locked: others have charged since.
  'limits judged outside the lock': {
    file: '/src/ledger/top-ups/judge-top-up.ts',
    line: '    readCounted(connection, topUp, nowMicros),\n',
    by: '    (countedBefore[topUp.accountId] ??= readCounted(connection, topUp, nowMicros)),\n',
    top: 'const countedBefore: Record<string, Promise<CountedAttempt[]>> = {}\n',
  },
  'a pause that is not stored': {
    file: '/src/ledger/top-ups/rearm-and-announce.ts',
    line: 'await storeMemory(connection, account.accountId, memory, waits)\n',
    by: 'await storeMemory(connection, account.accountId, { ...memory, pause: null }, waits)\n',
  },
  'a fourth try after three declines': {
    file: '/src/core/top-up/memory.ts',
    line: "decline.advice !== 'retry_later' || declinesInARow >= MAX_DECLINES_IN_A_ROW",
    by: "decline.advice !== 'retry_later' || declinesInARow >= 2 * MAX_DECLINES_IN_A_ROW",
  },
  'a webhook posted twice': {
    file: '/src/ledger/top-ups/record-payment.ts',
    line: 'entriesFor(posted?.totals ?? NOTHING_POSTED, reportedTotals(facts))',
    by: 'entriesFor(NOTHING_POSTED, reportedTotals(facts))',
  },
}

const name = process.env.PLANTED_BUG
const bug = BUGS[name]
if (bug === undefined) throw new Error(`no bug to plant is called ${name}`)

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(bug.file)) return loaded
    const parts = String(loaded.source).split(bug.line)
    if (parts.length !== 2) throw new Error(`${bug.file} has ${parts.length - 1} lines to plant ${name} in`)
    return { ...loaded, source: parts.join(bug.by) + (bug.top ?? '') }
  },
})
