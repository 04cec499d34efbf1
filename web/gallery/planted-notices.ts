/** Every notice of the account in planted.ts, as the API would return it. */
import type { Notice } from '../src/credit/data.ts'

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
  low: {
    balance: '8.420000',
    level: '10.000000',
    ...LASTS,
    days_left: 2,
    lasts_until: '2026-07-16T10:00:00.000000Z',
  },
  custom: { balance: '18.300000', level: '20.000000', ...LASTS },
  small: { amount: '5.000000', average: '12.300000', week: '86.100000' },
  closed: { balance: '12.080000', closed_at: '2026-07-10T12:00:00.000000Z' },
  checking: { top_up_id: 't-7', trigger: 'manual', amount: '50.000000' },
  processing: { amount: '50.000000', payments: 1 },
  off: { balance: '42.170000', ...LASTS, days_left: 10, lasts_until: '2026-07-24T12:00:00.000000Z' },
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
