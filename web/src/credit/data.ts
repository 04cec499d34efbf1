/** What the page shows, in the form that the API answers it, and what can be done from it. */
import type { Schema } from '../../../src/api/client/client.ts'

export type Session = Schema<'PortalSession'>
export type Balance = Schema<'Balance'>
export type Forecast = Schema<'UsageForecast'>
/** What people change has an ETag, for `If-Match` to name what they have seen. */
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

/** A part of the page, which loads, fails and is tried again by itself. */
export type Loaded<Data> =
  | { readonly status: 'loading' }
  | { readonly status: 'error'; readonly onRetry: () => void }
  | { readonly status: 'ready'; readonly data: Data }

export interface Alerts {
  readonly levels: AlertLevels
  readonly contacts: readonly Contact[]
}

/** A list of which the server has more. */
export interface Listed<Item> {
  readonly items: readonly Item[]
  /** Absent: this is all. */
  readonly onShowMore?: (() => void) | undefined
}

export interface CreditModel {
  readonly session: Session
  /** Null: open. */
  readonly closedAt: string | null
  readonly notices: readonly Notice[]
  readonly balance: Loaded<Balance>
  /** What else there is of the balance may come later than it, or not at all. */
  readonly forecast: Loaded<Forecast>
  readonly autoTopUp: Loaded<AutoTopUp>
  readonly methods: Loaded<readonly PaymentMethod[]>
  readonly alerts: Loaded<Alerts>
  /** By name, as far as the reader may know them. */
  readonly admins: readonly string[]
}

export type ReadMovement = (sequence: number) => Promise<ExplainedMovement>

/** Whatever is absent has no control on the page: members have none, a closed account none either. */
export interface CreditActions {
  readonly onNotice?: Partial<Readonly<Record<NoticeAction, (notice: Notice) => void>>> | undefined
  readonly onDismiss?: ((notice: Notice) => void) | undefined
  readonly onAddCredit?: (() => void) | undefined
  readonly onSetUpAutoTopUp?: (() => void) | undefined
  readonly onEditAutoTopUp?: (() => void) | undefined
  /** Rejects with what is to be said in the dialog; so does whatever else saves. */
  readonly onTurnOffAutoTopUp?: ((seen: AutoTopUp) => Promise<void>) | undefined
  /** Reads it again, as somebody else has changed it. */
  readonly onLoadAutoTopUp?: (() => Promise<AutoTopUp>) | undefined
  readonly onAddMethod?: (() => void) | undefined
  readonly onChangeMethod?: (() => void) | undefined
  readonly onRemoveMethod?: (() => void) | undefined
  /** The level; null: none. */
  readonly onSaveAlerts?: ((custom: string | null, seen: Alerts) => Promise<void>) | undefined
  readonly onLoadAlerts?: (() => Promise<Alerts>) | undefined
  readonly onSignOut?: (() => void) | undefined
}
