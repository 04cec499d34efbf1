/** Single components in their states. */
import { useEffect, useRef, useState } from 'react'
import { AmountField } from '../src/components/amount-field.tsx'
import { Button } from '../src/components/button.tsx'
import { Card, SettingsRow } from '../src/components/card.tsx'
import { Checkbox, FaultSummary } from '../src/components/field.tsx'
import { Dialog } from '../src/components/lazy-dialog.tsx'
import { EmptyState, ErrorPart, LoadingBlocks } from '../src/components/states.tsx'
import { StatusLine } from '../src/components/status-line.tsx'
import { useAmount } from '../src/components/use-amount.ts'
import { AutoTopUpBody, AutoTopUpState } from '../src/credit/auto-top-up-card.tsx'
import { BalanceCard } from '../src/credit/balance-card.tsx'
import { NoticeBanner, NoticesAt } from '../src/credit/notices.tsx'
import { useAnnouncer } from '../src/live/live-regions.tsx'
import { useWords } from '../src/texts/words.tsx'
import { AUTO_STATES, BALANCE, FORECAST, ready } from './planted.ts'
import { NOTICE_KEYS, notice } from './planted-notices.ts'

const nothing = () => undefined
const BY_ACTION = new Proxy({}, { get: () => nothing })
const ACTIONS = { onNotice: BY_ACTION, onDismiss: nothing, onAddCredit: nothing }

export const PARTS: Readonly<Record<string, () => React.ReactNode>> = {
  banners: () => (
    <div className="gallery-stack">
      {NOTICE_KEYS.filter((key) => key !== 'never_topped_up').map((key) => (
        <NoticeBanner key={key} notice={notice(key, { isBanner: true })} currency="EUR" actions={ACTIONS} />
      ))}
    </div>
  ),
  'banners-of-members': () => (
    <div className="gallery-stack">
      {(['exhausted', 'exhausted_and_paused', 'cap', 'low', 'checking', 'processing', 'added'] as const).map((key) => (
        <NoticeBanner key={key} notice={notice(key, { isBanner: true, isMember: true })} currency="EUR" actions={{}} />
      ))}
    </div>
  ),
  'inline-notices': () => (
    <Card title="Notices">
      {(['balance', 'auto', 'method', 'alerts', 'payments'] as const).map((placement) => (
        <NoticesAt
          key={placement}
          placement={placement}
          notices={NOTICE_KEYS.map((key) => notice(key))}
          currency="EUR"
          actions={ACTIONS}
        />
      ))}
    </Card>
  ),
  'auto-top-up': () => (
    <div className="gallery-stack">
      {Object.entries(AUTO_STATES).map(([name, autoTopUp]) => (
        <AutoState key={name} autoTopUp={autoTopUp} />
      ))}
    </div>
  ),
  buttons: Buttons,
  status: () => (
    <div className="gallery-stack">
      <StatusLine tone="success" icon="check">
        On
      </StatusLine>
      <StatusLine tone="warning" icon="clock">
        Waiting until 1 Aug, 02:00
      </StatusLine>
      <StatusLine tone="critical" icon="pause">
        Paused
      </StatusLine>
      <StatusLine tone="muted" icon="off">
        Off
      </StatusLine>
    </div>
  ),
  fields: Fields,
  dialog: () => <Opened kind="dialog" />,
  drawer: () => <Opened kind="drawer" />,
  rows: () => (
    <Card title="Rows">
      <SettingsRow label="Payment method" actions={<Button>Change</Button>}>
        Visa 4242, 09/27
      </SettingsRow>
      <SettingsRow label="A value without end" actions={<Button>Edit</Button>}>
        {'a-very-long-address-without-any-place-to-break@a-very-long-domain.example, '.repeat(3)}
      </SettingsRow>
    </Card>
  ),
  states: () => (
    <div className="gallery-stack">
      <Card title="Loading">
        <LoadingBlocks sizes={['balance', 'line', 'short', 'button']} />
      </Card>
      <Card title="Empty">
        <EmptyState action={<Button>Clear filters</Button>}>No movements match.</EmptyState>
      </Card>
      <Card title="Error">
        <ErrorPart part="Movements" onRetry={nothing} />
      </Card>
    </div>
  ),
  live: Live,
}

function AutoState({ autoTopUp }: { autoTopUp: (typeof AUTO_STATES)[string] }) {
  const { t } = useWords()
  return (
    <Card title={t('part.autoTopUp')} className="settings-card" aside={<AutoTopUpState autoTopUp={autoTopUp} />}>
      <AutoTopUpBody
        autoTopUp={autoTopUp}
        forecast={FORECAST}
        isSandbox={false}
        people={{ self: { id: 'ana' }, contacts: [] }}
        actions={{
          onEditAutoTopUp: nothing,
          onSetUpAutoTopUp: nothing,
          onTurnOffAutoTopUp: async () => undefined,
          onLoadAutoTopUp: async () => autoTopUp,
        }}
      />
    </Card>
  )
}

function Buttons() {
  const [isSubmitting, setIsSubmitting] = useState(false)
  return (
    <div className="gallery-row">
      <Button kind="primary" isSubmitting={isSubmitting} onClick={() => setIsSubmitting(true)}>
        Pay €60.50
      </Button>
      <Button>Edit</Button>
      <Button kind="text">Turn off</Button>
      <Button kind="primary" isSubmitting>
        Pay €60.50
      </Button>
    </div>
  )
}

function Fields() {
  const { locale } = useWords()
  const summary = useRef<HTMLElement>(null)
  const [isAllowed, setIsAllowed] = useState(false)
  const [isSubmitted, setIsSubmitted] = useState(false)
  const amount = useAmount({ currency: 'EUR', initial: null, min: '5.00', max: '5000.00' })
  const consent = isSubmitted && !isAllowed ? 'Tick the box to allow these charges' : null
  const faults = [
    ...(isSubmitted && amount.fault ? [{ fieldId: 'amount', message: amount.fault }] : []),
    ...(consent ? [{ fieldId: 'consent', message: consent }] : []),
  ]
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        amount.submit()
        setIsSubmitted(true)
        requestAnimationFrame(() => summary.current?.focus())
      }}
    >
      <FaultSummary faults={faults} ref={summary} />
      <AmountField id="amount" label="Amount (EUR)" hint={`Read in ${locale}`} amount={amount} />
      <Checkbox id="consent" isChecked={isAllowed} onChange={setIsAllowed} fault={consent}>
        I allow Harbor Telecom GmbH to charge Visa 4242 €50.00 whenever credit falls below €25.00, without asking each
        time, at most 5 times in 24 hours and €300.00 a month.
      </Checkbox>
      <div className="card-actions">
        <Button kind="primary" type="submit">
          Set up
        </Button>
      </div>
    </form>
  )
}

function Opened({ kind }: { kind: 'dialog' | 'drawer' }) {
  const [isOpen, setIsOpen] = useState(true)
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Open</Button>
      <Dialog
        kind={kind}
        title={kind === 'dialog' ? 'Turn off auto top-up?' : 'Outbound call details'}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        isSandbox
        footer={
          <>
            <Button kind="primary" onClick={() => setIsOpen(false)}>
              Turn off
            </Button>
            <Button onClick={() => setIsOpen(false)}>Keep on</Button>
          </>
        }
      >
        <p>Credit lasts about 4 days. An open payment still completes.</p>
      </Dialog>
    </>
  )
}

/** A balance that changes under load, with its announcements. */
function Live() {
  const announcer = useAnnouncer()
  const [cents, setCents] = useState(1_234)
  // Nothing was critical on load.
  useEffect(() => announcer.criticals(new Map()), [announcer])
  const balance = { ...BALANCE, balance: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}` }
  return (
    <div className="gallery-stack">
      <BalanceCard
        balance={ready(balance)}
        forecast={ready(FORECAST)}
        autoTopUp={AUTO_STATES.on!}
        notices={[]}
        isClosed={false}
        isSecondary={false}
        actions={ACTIONS}
      />
      <div className="gallery-row">
        <Button
          onClick={() => {
            setCents((before) => Math.max(0, before - 37))
            announcer.announce(`Balance changed to ${cents}`)
          }}
        >
          Use some
        </Button>
        <Button
          onClick={() =>
            announcer.criticals(new Map([['exhausted', { kind: 'exhausted', text: 'Credit has run out.' }]]))
          }
        >
          Run out
        </Button>
      </div>
    </div>
  )
}
