import { describePaymentsUnderKills } from './payments-under-kills.ts'

/** The steps themselves are the ledger's: all of them are held at the sandbox by `payments-killed.test.ts`. */
describePaymentsUnderKills('stripe', Number(process.env.TOLLGATE_TEST_KILLS ?? 3))
