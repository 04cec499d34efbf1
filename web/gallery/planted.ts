/** An account as the API would answer it, and the ways it can be: for looking at, and for the tests of the page. */
import type {
  Alerts,
  AutoTopUp,
  Balance,
  Contact,
  CreditModel,
  Forecast,
  HistoryModel,
  Listed,
  Movement,
  Notice,
  Payment,
  PaymentMethod,
  Session,
} from '../src/credit/data.ts'

export const NOW = '2026-07-14T10:00:00.000000Z'

const ACCOUNT = 'acme'

export const SESSION: Session = {
  account_id: ACCOUNT,
  person: { id: 'ana', name: 'Ana Castillo' },
  role: 'admin',
  locale: 'en-IE',
  opened_at: NOW,
  expires_at: NOW,
  ends_at: NOW,
  product: 'Harbor Cloud',
  seller: 'Harbor Telecom GmbH',
  dashboard_url: '#dashboard',
  brand_color: '#1f5fd6',
  is_sandbox: true,
}

export const BALANCE: Balance = {
  account_id: ACCOUNT,
  currency: 'EUR',
  balance: '42.170000',
  epoch: 1,
  version: 812,
  last_sequence: 4_102,
  status: 'active',
  blocked: [],
  status_since: '2026-05-02T08:00:00.000000Z',
}

export const BLOCKED: Balance = {
  ...BALANCE,
  balance: '-3.416200',
  status: 'blocked',
  blocked: ['outbound_calls', 'inbound_toll_free'],
  status_since: '2026-07-14T08:12:00.000000Z',
}

export const FORECAST: Forecast = {
  account_id: ACCOUNT,
  currency: 'EUR',
  balance: '42.170000',
  today: '2026-07-14',
  days: 14,
  average: '4.180000',
  no_average_reason: null,
  days_left: 4,
  no_days_left_reason: null,
  used_today: '4.800000',
  usual_day: '4.200000',
  is_unusual: false,
  owed: '0.000000',
  suggested_threshold: '60.000000',
  suggested_amounts: [],
  epoch: 1,
  through_sequence: 4_102,
}

export const NO_FORECAST: Forecast = {
  ...FORECAST,
  average: null,
  no_average_reason: 'not_enough_usage',
  days: 1,
  days_left: null,
  no_days_left_reason: 'not_enough_usage',
  used_today: '0.000000',
  usual_day: null,
  suggested_threshold: null,
}

export const VISA: PaymentMethod = {
  method_id: 'pm-1',
  provider: 'sandbox',
  brand: 'visa',
  last4: '4242',
  expiry_month: 9,
  expiry_year: 2027,
  is_default: true,
}

const UNSEEN: PaymentMethod = { ...VISA, brand: null, last4: null }

export const AUTO: AutoTopUp = {
  account_id: ACCOUNT,
  currency: 'EUR',
  state: 'on',
  settings: { is_on: true, threshold: '25.000000', amount: '50.000000', monthly_cap: '300.000000' },
  pause: null,
  waits_for: null,
  waits_until: null,
  charged_this_month: '150.000000',
  open_top_up: null,
  method: { method_id: 'pm-1', brand: 'visa', last4: '4242', expiry_month: 9, expiry_year: 2027 },
  needs_another_method: false,
  bounds: {
    threshold: { min: '0.010000', max: '10000.000000' },
    amount: { min: '5.000000', max: '5000.000000' },
  },
  last_consent: { person: 'ana', at: '2026-05-02T08:00:00.000000Z' },
}

export const AUTO_STATES: Readonly<Record<string, AutoTopUp>> = {
  on: AUTO,
  'on-without-cap': { ...AUTO, settings: { ...AUTO.settings!, monthly_cap: null } },
  'on-without-method': { ...AUTO, method: null },
  waiting: {
    ...AUTO,
    state: 'waiting',
    waits_for: 'monthly_cap',
    waits_until: '2026-08-01T00:00:00.000000Z',
    charged_this_month: '280.000000',
  },
  paused: {
    ...AUTO,
    state: 'paused',
    pause: { reason: 'declined', why: 'funds', code: null, since: '2026-07-13T03:12:00.000000Z' },
  },
  'needs-approval': { ...AUTO, state: 'needs_approval' },
  off: { ...AUTO, state: 'off', settings: { ...AUTO.settings!, is_on: false } },
  'never-set-up': { ...AUTO, state: 'off', settings: null, charged_this_month: '0.000000', last_consent: null },
}

export const CONTACTS: readonly Contact[] = [
  { id: 'ana', role: 'admin', email: 'ana@acme.example', locale: 'en-IE' },
  { id: 'billing', role: 'billing', email: 'billing@acme.example', locale: 'en-IE' },
]

export const ALERTS: Alerts = {
  levels: { account_id: ACCOUNT, currency: 'EUR', low: '10.000000', own_low: null, custom: '20.000000' },
  contacts: CONTACTS,
}

const LASTS = { days_left: 4, no_days_left_reason: null, lasts_until: '2026-07-18T18:00:00.000000Z' }
const CARD = { brand: 'visa', last4: '4242' }

type Figures = { readonly [Key in Notice['key']]: Extract<Notice, { key: Key }>['figures'] }

const EXHAUSTED = {
  balance: '-3.416200',
  blocked_since: '2026-07-14T08:12:00.000000Z',
  owed: '3.420000',
  open_payment: null,
}
const PAUSED = {
  card: CARD,
  reason: 'declined',
  why: 'funds',
  since: '2026-07-13T03:12:00.000000Z',
  needs_another_method: false,
}

const FIGURES: Figures = {
  exhausted: EXHAUSTED,
  exhausted_and_paused: { ...EXHAUSTED, ...PAUSED },
  never_topped_up: { has_method: false, is_auto_top_up_on: false },
  approve: { top_up_id: 't-9', trigger: 'automatic', amount: '50.000000', until: '2026-07-15T03:12:00.000000Z' },
  paused: { ...PAUSED, ...LASTS },
  taken_back: {
    reason: 'disputed',
    amount: '50.000000',
    paid_at: '2026-06-20T09:00:00.000000Z',
    since: '2026-07-12T07:00:00.000000Z',
    needs_another_method: true,
  },
  expired: { card: CARD, expires_on: '2026-06-30' },
  expiring: { card: CARD, expires_on: '2026-07-31' },
  no_method: { is_auto_top_up_on: true, saved_methods: 0 },
  cap: { spent: '280.000000', cap: '300.000000', until: '2026-08-01T00:00:00.000000Z', ...LASTS },
  cap_nearly_used: { spent: '250.000000', cap: '300.000000', percent: 83 },
  day_limit: { until: '2026-07-15T03:12:00.000000Z', limit: 5, ...LASTS },
  failed: {
    top_up_id: 't-8',
    amount: '50.000000',
    card: CARD,
    why: 'funds',
    next_try: { number: 2, of_tries: 3, at: '2026-07-14T11:12:00.000000Z' },
  },
  low: { balance: '8.420000', level: '10.000000', ...LASTS, days_left: 2 },
  custom: { balance: '18.300000', level: '20.000000', ...LASTS },
  small: { amount: '5.000000', average: '12.300000', week: '86.100000' },
  closed: { balance: '12.080000', closed_at: '2026-07-10T12:00:00.000000Z' },
  checking: { top_up_id: 't-7', trigger: 'manual', amount: '50.000000' },
  processing: { amount: '50.000000', payments: 1 },
  off: { balance: '42.170000', ...LASTS },
  added: {
    kind: 'top_up',
    amount: '50.000000',
    balance: '46.580000',
    at: '2026-07-14T09:58:00.000000Z',
    calls_work_again_since: '2026-07-14T09:58:00.000000Z',
  },
}

type Shape = Pick<Notice, 'severity' | 'placement' | 'is_dismissible' | 'actions'>

const SHAPES: Readonly<Record<Notice['key'], Shape>> = {
  exhausted: shape('critical', 'balance', ['add_credit']),
  exhausted_and_paused: shape('critical', 'balance', ['pay_with_another_card']),
  never_topped_up: shape('warning', 'balance', ['add_payment_method', 'add_credit', 'set_up_auto_top_up']),
  approve: shape('critical', 'payments', ['approve_payment']),
  paused: shape('critical', 'auto', ['use_another_card', 'resume']),
  taken_back: shape('critical', 'auto', ['resume']),
  expired: shape('critical', 'method', ['change_payment_method']),
  expiring: shape('warning', 'method', ['change_payment_method'], true),
  no_method: shape('warning', 'method', ['add_payment_method']),
  cap: shape('warning', 'auto', ['raise_cap', 'add_credit']),
  cap_nearly_used: shape('info', 'auto', ['raise_cap', 'add_credit']),
  day_limit: shape('warning', 'auto', ['add_credit', 'see_what_used_it']),
  failed: shape('warning', 'payments', ['use_another_card', 'add_credit']),
  low: shape('warning', 'balance', ['add_credit', 'set_up_auto_top_up'], true),
  custom: shape('warning', 'alerts', ['add_credit'], true),
  small: shape('warning', 'auto', ['edit_auto_top_up']),
  closed: shape('info', 'balance', []),
  checking: shape('info', 'payments', ['pay_with_another_card']),
  processing: shape('info', 'balance', []),
  off: shape('info', 'auto', ['set_up_auto_top_up'], true),
  added: shape('success', 'balance', [], true),
}

function shape(
  severity: Notice['severity'],
  placement: Notice['placement'],
  actions: Notice['actions'],
  isDismissible = false,
): Shape {
  return { severity, placement, actions, is_dismissible: isDismissible }
}

export const NOTICE_KEYS = Object.keys(SHAPES) as Notice['key'][]

export interface NoticeOptions {
  readonly isBanner?: boolean
  readonly isMember?: boolean
}

export function notice(key: Notice['key'], { isBanner = false, isMember = false }: NoticeOptions = {}): Notice {
  const { actions, ...rest } = SHAPES[key]
  return {
    key,
    ...rest,
    is_banner: isBanner,
    occurrence: `${key}-1`,
    figures: isMember ? withoutCards(FIGURES[key]) : FIGURES[key],
    actions: isMember ? [] : actions,
    ask_admins: isMember ? ['Ana Castillo', 'Ben Okafor'] : [],
  } as Notice
}

function withoutCards(figures: Figures[Notice['key']]) {
  return 'card' in figures ? { ...figures, card: null, why: null, reason: null } : figures
}

interface Row {
  readonly amount: string
  readonly after: string
  readonly at: string
  readonly recordedAt?: string
  readonly kind?: string
  readonly usage?: Partial<NonNullable<Movement['usage']>>
  readonly actor?: string
  readonly reason?: string
}

const ROWS: readonly Row[] = [
  {
    amount: '-0.028600',
    after: '42.170000',
    at: '2026-07-14T09:31:00Z',
    usage: { destination: 'Brazil fixed', number: '+55 11 3333 4444', units: 130 },
  },
  {
    amount: '-0.147000',
    after: '42.198600',
    at: '2026-07-14T09:12:00Z',
    usage: { type: 'message', channel: 'sms', units: 3, destination: 'France mobile', number: '+33 6 12 34 56 78' },
  },
  {
    amount: '-0.240000',
    after: '42.345600',
    at: '2026-07-13T21:50:00Z',
    recordedAt: '2026-07-14T06:10:00Z',
    usage: { type: 'conversation_intelligence', units: 720, destination: null, number: null },
  },
  { amount: '50.000000', after: '42.585600', at: '2026-07-14T03:12:00Z', kind: 'top_up' },
  {
    amount: '-1.250000',
    after: '-7.414400',
    at: '2026-07-14T02:48:00Z',
    usage: { type: 'voice_agent', units: 300, user_id: null, user_name: null, destination: null, number: null },
  },
  {
    amount: '-0.048000',
    after: '-6.164400',
    at: '2026-07-13T17:20:00Z',
    usage: { type: 'other', sku: 'number-lookup', units: 12, user_id: null, user_name: null, destination: null },
  },
  {
    amount: '-0.360000',
    after: '-6.116400',
    at: '2026-07-13T16:05:00Z',
    usage: { type: 'toll_free', direction: 'inbound', units: 3_720, destination: 'Germany toll-free', number: null },
  },
  {
    amount: '0.094000',
    after: '-5.756400',
    at: '2026-07-13T15:00:00Z',
    kind: 'reversal',
    usage: { type: 'correction', units: 0, destination: null },
  },
  {
    amount: '5.000000',
    after: '-5.850400',
    at: '2026-07-12T11:00:00Z',
    kind: 'adjustment',
    actor: 'support@harbor.example',
    reason: 'Goodwill for the outage of 11 July',
  },
  { amount: '-50.000000', after: '-10.850400', at: '2026-07-12T07:00:00Z', kind: 'dispute' },
]

export const MOVEMENTS: readonly Movement[] = ROWS.map(movementOf)

function movementOf(row: Row, at: number): Movement {
  const { amount, after, kind = 'usage', usage } = row
  return {
    sequence: 4_102 - at,
    kind,
    amount,
    balance_before: '0.000000',
    balance_after: after,
    currency: 'EUR',
    recorded_at: row.recordedAt ?? row.at,
    occurred_at: row.at,
    usage:
      usage === undefined
        ? null
        : {
            event_id: `call-${at}`,
            type: 'call',
            interaction_id: `int-7f3a${at}`,
            user_id: 'u-12',
            user_name: 'Jonas Weber',
            channel: null,
            direction: 'outbound',
            sku: null,
            agent_id: null,
            corrects: null,
            quantity: 65,
            units: 66,
            destination: null,
            number: null,
            charge_reason: 'outside_package_countries',
            ...usage,
          },
    top_up_id: kind === 'top_up' ? 't-6' : null,
    reverses_sequence: null,
    actor: row.actor ?? null,
    reason: row.reason ?? null,
  }
}

const PAYMENT: Payment = {
  top_up_id: 't-6',
  account_id: ACCOUNT,
  trigger: 'automatic',
  state: 'succeeded',
  is_being_canceled: false,
  reason: null,
  why: null,
  amount: '50.000000',
  currency: 'EUR',
  method_id: 'pm-1',
  requested_by: null,
  requested_at: '2026-07-14T03:12:00.000000Z',
  updated_at: '2026-07-14T03:12:20.000000Z',
  next_try_at: null,
  action_until: null,
}

export const PAYMENTS: readonly Payment[] = [
  { ...PAYMENT, top_up_id: 't-9', state: 'needs_action', requested_at: '2026-07-14T09:40:00Z' },
  { ...PAYMENT, top_up_id: 't-8', state: 'processing', trigger: 'manual', requested_by: 'Ana Castillo' },
  { ...PAYMENT, top_up_id: 't-7', state: 'unknown', requested_at: '2026-07-14T09:10:00Z' },
  PAYMENT,
  { ...PAYMENT, top_up_id: 't-5', state: 'failed', why: 'funds', requested_at: '2026-07-13T03:12:00Z' },
  { ...PAYMENT, top_up_id: 't-4', state: 'failed', why: 'authentication', requested_at: '2026-07-12T03:12:00Z' },
  { ...PAYMENT, top_up_id: 't-3', state: 'canceled', trigger: 'manual', requested_at: '2026-07-02T03:12:00Z' },
]

export function ready<Data>(data: Data) {
  return { status: 'ready', data } as const
}

function listed<Item>(items: readonly Item[]): Listed<Item> {
  return { items, onShowMore: () => undefined }
}

export const HISTORY: HistoryModel = {
  movements: ready(listed(MOVEMENTS)),
  payments: ready({ items: PAYMENTS }),
  methods: ready([VISA]),
  isSandbox: true,
}

export const MODEL: CreditModel = {
  session: SESSION,
  closedAt: null,
  notices: [],
  balance: ready(BALANCE),
  forecast: ready(FORECAST),
  autoTopUp: ready(AUTO),
  methods: ready([VISA]),
  alerts: ready(ALERTS),
  admins: [],
}

/** The same account for somebody who may look and no more: without cards and addresses. */
export const MEMBER: CreditModel = {
  ...MODEL,
  session: { ...SESSION, role: 'member', person: { id: 'cem', name: 'Cem Aydın' } },
  autoTopUp: ready({ ...AUTO, method: { ...AUTO.method!, brand: null, last4: null } }),
  methods: ready([UNSEEN]),
  alerts: ready({ ...ALERTS, contacts: CONTACTS.map((contact) => ({ ...contact, email: null })) }),
  admins: ['Ana Castillo', 'Ben Okafor'],
}
