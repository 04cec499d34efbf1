/** A separate process that confirms a payment of the sandbox: `node confirm-sandbox.ts URL PAYMENT ATTEMPT`. */

import { createSandboxProvider } from '../../src/payments/providers/sandbox/provider.ts'
import { createLog } from '../../src/platform/log.ts'

const [databaseUrl, paymentId, attemptId] = process.argv.slice(2) as [string, string, string]
const provider = createSandboxProvider({ databaseUrl, log: createLog('warn'), deadlineMs: 60_000 })
const answer = await provider.confirm(paymentId, attemptId)
process.stdout.write(answer.kind === 'facts' ? answer.facts.state.kind : answer.kind)
await provider.close()
