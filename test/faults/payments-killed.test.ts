import { STEPS } from '../support/payment-kills.ts'
import { describePaymentsUnderKills } from './payments-under-kills.ts'

describePaymentsUnderKills('sandbox', Number(process.env.TOLLGATE_TEST_KILLS ?? STEPS.length + 1))
