/**
 * Runs the longest test files first, so that no worker is left alone with one of them at the end. Vitest itself knows the
 * durations only of files that it has run before, which a fresh clone has not.
 */
import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Seconds that files take on a machine of two processors, for those of at least a quarter of a minute. Approximate. */
const SECONDS: Readonly<Record<string, number>> = {
  'test/page/states.test.ts': 83,
  'test/integration/view.test.ts': 70,
  'test/page/states-in-german.test.ts': 55,
  'test/integration/page-export.test.ts': 40,
  'test/integration/page-payments.test.ts': 40,
  'test/faults/streams.test.ts': 36,
  'test/integration/page-movements.test.ts': 35,
  'test/integration/verify.test.ts': 35,
  'test/integration/page-checks.test.ts': 33,
  'test/integration/payments-restored.test.ts': 33,
  'test/faults/mail-killed.test.ts': 31,
  'test/integration/api-fuzz.test.ts': 30,
  'test/integration/page-drawer.test.ts': 30,
  'test/integration/partitions-added.test.ts': 30,
  'test/integration/planted-top-up-bugs.test.ts': 30,
  'test/integration/relay.test.ts': 30,
  'test/integration/top-up-commands.test.ts': 30,
  'test/faults/database-restored.test.ts': 28,
  'test/integration/status-consumer.test.ts': 28,
  'test/integration/page-charts.test.ts': 27,
  'test/faults/killed.test.ts': 25,
  'test/integration/pooler.test.ts': 25,
  'test/integration/stack.test.ts': 25,
  'test/integration/top-up-histories.test.ts': 25,
  'test/faults/payments-database-restored.test.ts': 24,
  'test/faults/payments-killed.test.ts': 24,
  'test/integration/numbers.test.ts': 24,
  'test/integration/fenced-sender.test.ts': 22,
  'test/integration/live.test.ts': 22,
  'test/integration/database.test.ts': 19,
  'test/integration/export-command.test.ts': 19,
  'test/integration/dead-letters.test.ts': 18,
  'test/integration/intake.test.ts': 18,
  'test/integration/page-approvals.test.ts': 18,
  'test/faults/api-under-load.test.ts': 17,
  'test/faults/export-killed.test.ts': 17,
  'test/faults/stripe-payments-killed.test.ts': 16,
  'test/integration/documents.test.ts': 15,
  'test/integration/live-page.test.ts': 15,
  'test/outbox/leadership.test.ts': 15,
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const secondsOf = ({ moduleId, project }: TestSpecification) =>
      SECONDS[relative(project.config.root, moduleId).replaceAll('\\', '/')] ?? 0
    // Files of equal length keep the order of vitest: by project, the larger file first.
    return (await super.sort(files)).toSorted((a, b) => secondsOf(b) - secondsOf(a))
  }
}
