-- Top-ups: what a customer allows, what is asked for, what was paid, and what is remembered in between. Rows of an account
-- are written under the lock of its row in tollgate.accounts; only claims are taken without it.

-- All that a batch of usage looks at. Who changes anything that it follows from computes it anew in the same transaction.
alter table tollgate.accounts
  add column auto_top_up_below_micros bigint,
  add column top_up_version bigint not null default 0,
  add column closed_at timestamptz;
comment on column tollgate.accounts.auto_top_up_below_micros is
  'A balance below it asks for an automatic top-up; null: off, closed, paused, one open, without a method, or waiting at a limit';
comment on column tollgate.accounts.top_up_version is 'Version of the newest top-up event, 0 before the first';
comment on column tollgate.accounts.closed_at is 'Since when nothing is charged any more; null: open';

alter table tollgate.account_settings
  add column auto_top_up_is_on boolean not null default false,
  add column auto_top_up_threshold_micros bigint check (auto_top_up_threshold_micros > 0),
  add column auto_top_up_amount_micros bigint check (auto_top_up_amount_micros > 0),
  add column auto_top_up_monthly_cap_micros bigint check (auto_top_up_monthly_cap_micros > 0),
  add constraint auto_top_up_is_set_up_whole check (
    (auto_top_up_threshold_micros is null) = (auto_top_up_amount_micros is null)
    and (auto_top_up_amount_micros is not null or (not auto_top_up_is_on and auto_top_up_monthly_cap_micros is null)));
comment on column tollgate.account_settings.auto_top_up_threshold_micros is 'Charged while the balance is below it; null: never set up';
comment on column tollgate.account_settings.auto_top_up_amount_micros is 'What each automatic top-up charges';
comment on column tollgate.account_settings.auto_top_up_monthly_cap_micros is 'The most charged in a UTC month; null: no cap';

-- One row for each account that has ever set up automatic top-up, or had a payment taken back: what the sweeper goes through.
create table tollgate.auto_top_up_memory (
  account_id text collate "C" primary key references tollgate.accounts,
  declines_in_a_row integer not null default 0 check (declines_in_a_row >= 0),
  declined_method_id text,
  paused_since timestamptz,
  pause_reason text,
  pause_code text,
  pause_method_id text,
  waits_until timestamptz,
  waits_for text,
  check ((paused_since is null) = (pause_reason is null)),
  check ((waits_until is null) = (waits_for is null))
);
comment on column tollgate.auto_top_up_memory.declined_method_id is 'The card that the declines are of; null: no row of them';
comment on column tollgate.auto_top_up_memory.paused_since is 'Null: not paused; a pause is ended by a person';
comment on column tollgate.auto_top_up_memory.pause_method_id is 'The method that it happened with; null: with none';
comment on column tollgate.auto_top_up_memory.waits_until is 'When a limit allows the next automatic top-up; null: no limit is waited for';
comment on column tollgate.auto_top_up_memory.waits_for is 'The limit: monthly_cap or day_limit';

create table tollgate.consents (
  consent_id bigint generated always as identity primary key,
  account_id text collate "C" not null references tollgate.accounts,
  recorded_at timestamptz not null,
  settings_version integer not null,
  person text not null,
  attested_by text,
  text text not null,
  text_version text not null,
  locale text not null,
  threshold_micros bigint not null,
  amount_micros bigint not null,
  monthly_cap_micros bigint,
  method_id text collate "C"
);
create index consents_by_account on tollgate.consents (account_id, recorded_at);
comment on table tollgate.consents is 'Append-only: who agreed to be charged, to which text and which figures';
comment on column tollgate.consents.settings_version is 'The settings in force with it';
comment on column tollgate.consents.attested_by is 'Who vouches for the person; null: the person''s own session';
create trigger append_only before update or delete on tollgate.consents
  for each row execute function tollgate.refuse_change();
create trigger never_truncated before truncate on tollgate.consents
  for each statement execute function tollgate.refuse_change();

create table tollgate.payment_customers (
  provider text not null,
  account_id text collate "C" not null references tollgate.accounts,
  customer_id text not null,
  is_mark_due boolean not null default false,
  primary key (provider, account_id)
);
create index payment_customers_mark_due on tollgate.payment_customers (provider, account_id) where is_mark_due;
comment on column tollgate.payment_customers.is_mark_due is 'The provider is to be told how far the account''s settings have come';

create table tollgate.payment_methods (
  method_id text collate "C" primary key,
  account_id text collate "C" not null references tollgate.accounts,
  provider text not null,
  provider_method_id text not null,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  expiry_month integer not null check (expiry_month between 1 and 12),
  expiry_year integer not null,
  is_default boolean not null,
  actor text not null,
  added_at timestamptz not null,
  removed_at timestamptz,
  removed_by text,
  detached_at timestamptz
);
create index payment_methods_to_detach on tollgate.payment_methods (removed_at) where removed_at is not null and detached_at is null;
comment on column tollgate.payment_methods.detached_at is 'When the provider let go of it, after it was removed here';
comment on table tollgate.payment_methods is 'Saved cards: nothing of a card but what may be shown, and the provider''s id of it';
create unique index payment_methods_default on tollgate.payment_methods (account_id) where removed_at is null and is_default;
create unique index payment_methods_saved_once
  on tollgate.payment_methods (provider, provider_method_id) where removed_at is null;
create index payment_methods_by_account on tollgate.payment_methods (account_id);
comment on column tollgate.payment_methods.is_default is 'Automatic top-ups charge it';

create table tollgate.top_ups (
  top_up_id text collate "C" primary key,
  account_id text collate "C" not null references tollgate.accounts,
  trigger text not null check (trigger in ('automatic', 'manual')),
  amount_micros bigint not null check (amount_micros > 0),
  currency text not null,
  state text not null check (state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action',
    'succeeded', 'failed', 'canceled', 'skipped', 'no_longer_needed')),
  reason text,
  actor text,
  requested_at timestamptz not null,
  attempts integer not null default 0,
  attempt_id text collate "C",
  payment_id text,
  method_id text collate "C",
  confirmed_at timestamptz,
  ending_state text check (ending_state in ('skipped', 'no_longer_needed', 'canceled', 'failed')),
  ending_reason text,
  next_try_at timestamptz not null,
  silences integer not null default 0,
  action_url text,
  action_until timestamptz,
  claimed_by text,
  claimed_until timestamptz,
  updated_at timestamptz not null,
  check ((ending_state is null) = (ending_reason is null)),
  check ((claimed_by is null) = (claimed_until is null)),
  check (state not in ('prepared', 'charging', 'unknown', 'processing', 'needs_action') or payment_id is not null)
) with (fillfactor = 50);
-- What makes an account be charged automatically by one top-up at a time, whoever asks, and however many at once.
create unique index one_open_automatic_top_up on tollgate.top_ups (account_id)
 where trigger = 'automatic' and state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action');
create index top_ups_to_claim on tollgate.top_ups (next_try_at)
 where state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action');
create index top_ups_by_account on tollgate.top_ups (account_id, requested_at);
comment on column tollgate.top_ups.reason is 'Why it is in this state, a code; null where the state says it';
comment on column tollgate.top_ups.actor is 'Who asked for it by hand; null: automatic';
comment on column tollgate.top_ups.attempt_id is 'The current attempt, or the last one; null before it is prepared and while the next one waits';
comment on column tollgate.top_ups.confirmed_at is 'When the current attempt was first confirmed';
comment on column tollgate.top_ups.ending_state is 'What it ends as once the provider has canceled the prepared payment';
comment on column tollgate.top_ups.claimed_until is 'By this database''s clock; from then on anybody may claim it';

create table tollgate.top_up_attempts (
  attempt_id text collate "C" primary key,
  top_up_id text collate "C" not null references tollgate.top_ups,
  account_id text collate "C" not null,
  trigger text not null check (trigger in ('automatic', 'manual')),
  number integer not null check (number > 0),
  method_id text collate "C",
  amount_micros bigint not null check (amount_micros > 0),
  provider text not null,
  payment_id text not null,
  prepared_at timestamptz not null,
  confirmed_at timestamptz,
  outcome text check (outcome in ('unknown', 'processing', 'needs_action', 'succeeded', 'declined', 'canceled', 'refused')),
  code text,
  constraint top_up_attempts_payment unique (provider, payment_id)
);
create index top_up_attempts_by_top_up on tollgate.top_up_attempts (top_up_id);
create index top_up_attempts_counted on tollgate.top_up_attempts (account_id, confirmed_at) where trigger = 'automatic';
comment on column tollgate.top_up_attempts.confirmed_at is
  'When it was first confirmed; null while it never was, also where the provider says that it was not';
comment on column tollgate.top_up_attempts.outcome is 'Null: prepared, or confirmed and not answered yet';
comment on column tollgate.top_up_attempts.code is 'The decline''s code, or why it was canceled or refused';

-- What payments have brought in all; what is posted is the difference to this, of either sign.
create table tollgate.payments (
  provider text not null,
  payment_id text not null,
  account_id text collate "C" not null references tollgate.accounts,
  top_up_id text collate "C" not null references tollgate.top_ups,
  charged_micros bigint not null check (charged_micros >= 0),
  credited_micros bigint not null check (credited_micros >= 0),
  refunded_micros bigint not null default 0 check (refunded_micros >= 0),
  disputed_micros bigint not null default 0 check (disputed_micros >= 0),
  currency text not null,
  credited_sequence bigint not null,
  recorded_at timestamptz not null,
  changed_at timestamptz not null,
  primary key (provider, payment_id),
  check (refunded_micros + disputed_micros <= credited_micros)
);
create index payments_by_top_up on tollgate.payments (top_up_id);
comment on column tollgate.payments.charged_micros is 'What the customer paid';
comment on column tollgate.payments.credited_micros is 'What of it was posted as credit';
comment on column tollgate.payments.disputed_micros is 'Withdrawn by disputes that are open or lost';
comment on column tollgate.payments.credited_sequence is 'The movement that credited it, which refunds and disputes name';

create table tollgate.provider_cursors (
  provider text primary key,
  cursor text not null,
  moved_at timestamptz not null
);
comment on table tollgate.provider_cursors is 'How far the list of each provider''s payments has been read';

create view reporting.top_ups as
select t.top_up_id,
       t.account_id,
       t.trigger,
       t.requested_at,
       (t.requested_at at time zone 'UTC')::date as requested_on,
       t.state,
       t.state in ('requested', 'prepared', 'charging', 'unknown', 'processing', 'needs_action') as is_open,
       t.reason,
       t.amount_micros * 0.000001 as amount,
       t.amount_micros,
       t.currency,
       t.attempts,
       t.updated_at,
       (t.updated_at at time zone 'UTC')::date as updated_on,
       coalesce(p.credited_micros, 0) * 0.000001 as credited,
       coalesce(p.credited_micros, 0) as credited_micros,
       coalesce(p.refunded_micros, 0) * 0.000001 as refunded,
       coalesce(p.refunded_micros, 0) as refunded_micros,
       coalesce(p.disputed_micros, 0) * 0.000001 as disputed,
       coalesce(p.disputed_micros, 0) as disputed_micros
  from tollgate.top_ups t
  left join lateral (
    select sum(credited_micros)::bigint as credited_micros, sum(refunded_micros)::bigint as refunded_micros,
           sum(disputed_micros)::bigint as disputed_micros
      from tollgate.payments
     where top_up_id = t.top_up_id
  ) as p on true;
comment on view reporting.top_ups is
  'One row a top-up: who asked for it, what became of it, and what its payments brought. '
  'credited less refunded and disputed is the sum of its movements';
comment on column reporting.top_ups.top_up_id is 'The top-up; movements name it';
comment on column reporting.top_ups.account_id is 'The account it is for';
comment on column reporting.top_ups.trigger is 'automatic: the balance fell below the threshold; manual: somebody asked for it';
comment on column reporting.top_ups.requested_at is 'When it was asked for';
comment on column reporting.top_ups.requested_on is 'UTC date of requested_at';
comment on column reporting.top_ups.state is
  'requested, prepared, charging, unknown, processing, needs_action while it is open; then succeeded, failed, canceled, '
  'skipped (a limit, a pause or no method), no_longer_needed';
comment on column reporting.top_ups.is_open is 'Whether it may still lead to a charge';
comment on column reporting.top_ups.reason is 'Why it is in this state: a decline''s code, the limit, what it was canceled for; null where the state says it';
comment on column reporting.top_ups.amount is 'What it charges, in units of the currency';
comment on column reporting.top_ups.amount_micros is 'The same in millionths';
comment on column reporting.top_ups.currency is 'Of the account';
comment on column reporting.top_ups.attempts is 'Payments made for it so far, declined ones too';
comment on column reporting.top_ups.updated_at is 'When it last changed';
comment on column reporting.top_ups.updated_on is 'UTC date of updated_at';
comment on column reporting.top_ups.credited is 'Credit that its payments brought, in units of the currency, before refunds and disputes';
comment on column reporting.top_ups.credited_micros is 'The same in millionths';
comment on column reporting.top_ups.refunded is 'Given back by refunds, in units of the currency';
comment on column reporting.top_ups.refunded_micros is 'The same in millionths';
comment on column reporting.top_ups.disputed is 'Withdrawn by disputes that are open or lost, in units of the currency';
comment on column reporting.top_ups.disputed_micros is 'The same in millionths';

-- The role may be missing where the program may not create it; who adds it by hand grants all views, this one too.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'tollgate_reporting') then
    grant select on reporting.top_ups to tollgate_reporting;
  end if;
exception
  when insufficient_privilege then
    raise notice 'reporting.top_ups cannot be granted: %', sqlerrm using hint = 'docs/ANALYSTS.md says what an administrator has to run in this database';
end
$$;
