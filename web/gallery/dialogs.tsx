/** The dialogs of the settings, and what they say after a change by somebody else. */
import { Dialog } from '../src/components/lazy-dialog.tsx'
import AlertsDialog from '../src/credit/alerts-dialog.tsx'
import { ChangedMeanwhile } from '../src/credit/changed-meanwhile.tsx'
import { autoTopUpChanges } from '../src/credit/changes.ts'
import TurnOffDialog from '../src/credit/turn-off-dialog.tsx'
import { MoreWords, useWords } from '../src/texts/words.tsx'
import { ALERTS, AUTO, CONTACTS, NOW, WITHOUT_TOP_UPS } from './planted.ts'

const nothing = () => undefined
const never = () => new Promise<never>(nothing)
const SELF = { id: 'ana' }
const PEOPLE = { self: SELF, contacts: CONTACTS }

const FASTER = { changed_by: 'ben', changed_by_name: 'Ben Okafor', changed_at: '2026-07-14T09:32:00.000000Z' }
const CHANGED = {
  ...AUTO,
  settings: { is_on: true, threshold: '40.000000', amount: '100.000000', monthly_cap: null },
  method: { ...AUTO.method!, method_id: 'pm-2', brand: 'mastercard', last4: '4444' },
}
const ONE_CHANGED = { ...AUTO, settings: { ...AUTO.settings!, threshold: '40.000000' } }

function Changed() {
  const { t } = useWords()
  return (
    <Dialog title={t('part.autoTopUp')} isOpen onClose={nothing} isSandbox>
      <ChangedMeanwhile
        change={FASTER}
        changesIn={(words) => autoTopUpChanges(AUTO, ONE_CHANGED, words)}
        people={PEOPLE}
        onLoadCurrent={nothing}
      />
      <ChangedMeanwhile
        change={{ ...FASTER, changed_at: '2026-07-12T09:32:00.000000Z' }}
        changesIn={(words) => autoTopUpChanges(AUTO, CHANGED, words)}
        people={PEOPLE}
        onLoadCurrent={nothing}
      />
      <ChangedMeanwhile change={{ ...FASTER, changed_by: 'ana' }} changesIn={() => []} people={PEOPLE} />
      <ChangedMeanwhile
        change={{ changed_by: null, changed_by_name: null, changed_at: NOW }}
        changesIn={null}
        people={PEOPLE}
        onLoadCurrent={nothing}
      />
    </Dialog>
  )
}

export const DIALOGS: Readonly<Record<string, () => React.ReactNode>> = {
  'alerts-edit': () => (
    <AlertsDialog alerts={ALERTS} self={SELF} isSandbox isOpen onClose={nothing} onSave={never} onLoad={never} />
  ),
  'turn-off': () => (
    <TurnOffDialog
      isOpen
      onClose={nothing}
      returnsTo={() => null}
      autoTopUp={AUTO}
      onTurnOff={never}
      onLoad={never}
      forecast={WITHOUT_TOP_UPS}
      people={PEOPLE}
      isSandbox
    />
  ),
  'changed-meanwhile': () => (
    <MoreWords area="dialogs">
      <Changed />
    </MoreWords>
  ),
}
