/** An account as the API would return it, in various states: for people to look at, and for tests of the page. */
import type {
  Alerts,
  AutoTopUp,
  Balance,
  Contact,
  CreditModel,
  Forecast,
  PaymentMethod,
  Session,
} from '../src/credit/data.ts'

export const NOW = '2026-07-14T10:00:00.000000Z'

export const ACCOUNT = 'acme'

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
  days_left: 10,
  days_to_top_up: 4,
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

/** No top-up is expected: credit lasts until it is used up. */
export const WITHOUT_TOP_UPS: Forecast = { ...FORECAST, days_to_top_up: null }

export const NO_FORECAST: Forecast = {
  ...FORECAST,
  average: null,
  no_average_reason: 'not_enough_usage',
  days: 1,
  days_left: null,
  days_to_top_up: null,
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
  etag: '"3"',
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
  'waiting-a-day': {
    ...AUTO,
    settings: { ...AUTO.settings!, amount: '5.000000' },
    state: 'waiting',
    waits_for: 'day_limit',
    waits_until: '2026-07-15T03:12:00.000000Z',
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
  levels: { account_id: ACCOUNT, currency: 'EUR', low: '10.000000', own_low: null, custom: '20.000000', etag: '"1"' },
  contacts: CONTACTS,
}

export function ready<Data>(data: Data) {
  return { status: 'ready', data } as const
}

export const MODEL: CreditModel = {
  currency: 'EUR',
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

/** The same account as a member sees it: without cards and addresses. */
export const MEMBER: CreditModel = {
  ...MODEL,
  session: { ...SESSION, role: 'member', person: { id: 'cem', name: 'Cem Aydın' } },
  autoTopUp: ready({ ...AUTO, method: { ...AUTO.method!, brand: null, last4: null } }),
  methods: ready([UNSEEN]),
  alerts: ready({ ...ALERTS, contacts: CONTACTS.map((contact) => ({ ...contact, email: null })) }),
  admins: ['Ana Castillo', 'Ben Okafor'],
}
