/** `tollgate top-up resume ACCOUNT`: ends a pause, by saving unchanged settings with a consent. */
import { withLedger } from './connected.ts'
import { type ConsentOptions, readConsent } from './consent.ts'
import { refusal } from './top-up-refusals.ts'
import { overviewOf, saveAndShow, showOverview } from './top-up-settings.ts'

export interface ResumeOptions extends ConsentOptions {
  readonly actor: string
  readonly json?: boolean
}

export async function resumeAutoTopUp(accountId: string, options: ResumeOptions): Promise<void> {
  const consent = readConsent(options)
  const { actor, json = false } = options
  await withLedger(async (writer) => {
    const before = await overviewOf(writer.pool, accountId)
    const { settings, currency, memory } = before
    if (!settings?.isOn) throw refusal(settings === null ? 'never_set_up' : 'turned_off', accountId, currency)
    if (memory.pause === null) {
      process.stderr.write('automatic top-up is not paused; nothing was changed\n')
      return showOverview(before, json)
    }
    await saveAndShow(writer, before, { settings, consent, actor, requestId: null, json })
  })
}
