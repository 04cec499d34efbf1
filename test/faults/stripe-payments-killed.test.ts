import { describePaymentsUnderKills } from './payments-under-kills.ts'

/** The steps themselves are the ledger's: `payments-killed.test.ts` holds all of them at the sandbox. */
describePaymentsUnderKills('stripe', Number(process.env.TOLLGATE_TEST_KILLS ?? 3))
