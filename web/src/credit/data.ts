/** The data that the page shows, as the API returns it, and the actions on it. */
import type { Schema } from '../../../src/api/client/client.ts'

export type Session = Schema<'PortalSession'>
export type Balance = Schema<'Balance'>
export type Forecast = Schema<'UsageForecast'>
/** Things that people change have an ETag, sent as `If-Match`. */
interface Tagged {
  readonly etag: string
}
export type AutoTopUp = Schema<'AutoTopUp'> & Tagged
export type PaymentMethod = Schema<'PaymentMethod'>
export type AlertLevels = Schema<'AlertLevels'> & Tagged
export type Contact = Schema<'Contact'>
export type Notice = Schema<'Notice'>
export type NoticeOf<Key extends Notice['key']> = Extract<Notice, { key: Key }>
export type NoticeAction = Notice['actions'][number]
export type Placement = Notice['placement']
export type Movement = Schema<'Movement'>
export type ExplainedMovement = Schema<'ExplainedMovement'>
export type Payment = Schema<'TopUp'>

/** A part of the page, which loads, fails and is retried on its own. */
export type Loaded<Data> =
  | { readonly status: 'loading' }
  | { readonly status: 'error'; readonly onRetry: () => void }
  /** `isOld`: what was shown before, while the data that was asked for loads. */
  | { readonly status: 'ready'; readonly data: Data; readonly isOld?: boolean }

export function isOld(loaded: Loaded<unknown>): boolean {
  return loaded.status === 'ready' && loaded.isOld === true
}

export interface Alerts {
  readonly levels: AlertLevels
  readonly contacts: readonly Contact[]
}

/** A list that may continue on the server. */
export interface Listed<Item> {
  readonly items: readonly Item[]
  /** Absent: the list is complete. */
  readonly onShowMore?: (() => void) | undefined
}

export interface CreditModel {
  readonly session: Session
  /** Null while the account is open. */
  readonly closedAt: string | null
  readonly notices: readonly Notice[]
  /** Of the notices' amounts; empty while there are none. */
  readonly currency: string
  readonly balance: Loaded<Balance>
  /** May load later than the balance, or not at all. */
  readonly forecast: Loaded<Forecast>
  readonly autoTopUp: Loaded<AutoTopUp>
  readonly methods: Loaded<readonly PaymentMethod[]>
  readonly alerts: Loaded<Alerts>
  /** Names, as far as the reader may know them. */
  readonly admins: readonly string[]
}

export type ReadMovement = (sequence: number) => Promise<ExplainedMovement>

/** An absent action has no control on the page: members and closed accounts have few. */
export interface CreditActions {
  readonly onNotice?: Partial<Readonly<Record<NoticeAction, (notice: Notice) => void>>> | undefined
  readonly onDismiss?: ((notice: Notice) => void) | undefined
  readonly onAddCredit?: (() => void) | undefined
  readonly onSetUpAutoTopUp?: (() => void) | undefined
  readonly onEditAutoTopUp?: (() => void) | undefined
  /** Rejects with what the dialog should say, as all savings do. */
  readonly onTurnOffAutoTopUp?: ((seen: AutoTopUp) => Promise<void>) | undefined
  /** Reads the current state after somebody else has changed it. */
  readonly onLoadAutoTopUp?: (() => Promise<AutoTopUp>) | undefined
  readonly onAddMethod?: (() => void) | undefined
  readonly onChangeMethod?: (() => void) | undefined
  readonly onRemoveMethod?: (() => void) | undefined
  /** `custom` is the level; null for none. */
  readonly onSaveAlerts?: ((custom: string | null, seen: Alerts) => Promise<void>) | undefined
  readonly onLoadAlerts?: (() => Promise<Alerts>) | undefined
  readonly onSignOut?: (() => void) | undefined
}
