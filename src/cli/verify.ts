/**
 * `tollgate verify`: checks the books of a running installation. One line per fault on stdout; exits with 1 if there
 * are any.
 */
import { createDecoder } from '../intake/decode.ts'
import { findProvider } from '../payments/open-provider.ts'
import { createKafka } from '../platform/kafka/client.ts'
import { createPool } from '../platform/postgres.ts'
import { USAGE_TOPICS } from '../topics.ts'
import type { Fault } from '../verify/fault.ts'
import { verify } from '../verify/verify.ts'
import { CommandFailed, counted } from './command.ts'
import { asUsage, commandLog, readConfig } from './connected.ts'
import { readCount } from './count.ts'

/** Timeout of a call to the provider. */
const CALL_MS = 20_000

export async function verifyBooks(options: { rate: string; json?: boolean }): Promise<void> {
  const rowsPerSecond = readCount('--rate', options.rate)
  const config = readConfig('kafka', 'publishing', 'database', 'sandbox', 'provider', 'log')
  const log = commandLog(config.log)
  const pool = createPool(config.database.url, log, 1)
  const opened = await asUsage(() => findProvider(config, log, CALL_MS))
  const found = { fault: 0, warning: 0 }
  try {
    const summary = await verify(
      {
        kafka: createKafka(config.kafka, log),
        pool,
        decoder: createDecoder(config.kafka.schemaRegistryUrl),
        consumerGroup: config.kafka.consumerGroup,
        usageTopics: USAGE_TOPICS,
        recordTopics: config.publishing.recordTopics,
        provider: opened?.provider ?? null,
      },
      { rowsPerSecond, onProgress: (line) => process.stderr.write(`${line}\n`) },
      (fault) => {
        found[fault.severity]++
        console.log(options.json ? JSON.stringify(jsonOf(fault)) : textOf(fault))
      },
    )
    const { accounts, movements, charges, payments, messagesIn, messagesOut } = summary
    process.stderr.write(
      `${counted(accounts, 'account')}, ${counted(movements, 'movement')}, ${counted(charges, 'event')} recomputed, ` +
        `${counted(payments, 'payment')} compared, ${messagesIn} messages in, ${messagesOut} out: ${counted(found.fault, 'fault')}, ${counted(found.warning, 'warning')}\n`,
    )
  } finally {
    await opened?.close()
    await pool.end()
  }
  if (found.fault > 0) throw new CommandFailed(`the books have ${counted(found.fault, 'fault')}`, 1)
}

function textOf({ severity, invariant, check, accountId, detail }: Fault): string {
  const about = [invariant, check, accountId === null ? null : `account ${accountId}`].filter((part) => part !== null)
  return `${severity} ${about.join(' ')}: ${detail}`
}

function jsonOf({ severity, invariant, check, accountId, detail }: Fault) {
  return { severity, invariant, check, account_id: accountId, detail }
}
