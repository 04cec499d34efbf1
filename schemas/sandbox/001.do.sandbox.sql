-- The sandbox provider: what a payment provider would keep, in a database of its own, so that a ledger restored to an earlier
-- point finds it as it was. No card number is kept anywhere, only what the number stands for.
create schema sandbox;

create table sandbox.customers (
  customer_id text collate "C" primary key,
  account_id text collate "C" not null unique,
  marked_settings_version bigint,
  created_at timestamptz not null
);
comment on column sandbox.customers.marked_settings_version is
  'The account''s settings version when automatic charging was last turned off, lowered or closed; never moves back';

create table sandbox.methods (
  provider_method_id text collate "C" primary key,
  customer_id text collate "C" not null references sandbox.customers,
  brand text not null,
  last4 text not null check (last4 ~ '^[0-9]{4}$'),
  expiry_month smallint not null check (expiry_month between 1 and 12),
  expiry_year smallint not null,
  behaviour text not null,
  is_set_up boolean not null,
  added_at timestamptz not null,
  detached_at timestamptz
);
create index methods_by_customer on sandbox.methods (customer_id);
comment on column sandbox.methods.behaviour is 'What its test number stands for';
comment on column sandbox.methods.is_set_up is 'The customer has approved it once for charges to come';

-- Changes are numbered under the lock of this one row, held until the commit, so a number is never seen before a lower one:
-- whoever lists what is above a number misses nothing. Numbers of a sequence would be committed out of order.
create table sandbox.change_counter (
  is_only_row boolean primary key default true check (is_only_row),
  last_change bigint not null,
  changed_at timestamptz not null
);
insert into sandbox.change_counter (last_change, changed_at) values (0, '1970-01-01Z');

create table sandbox.payments (
  payment_id text collate "C" primary key,
  attempt_id text collate "C" not null unique,
  top_up_id text collate "C" not null,
  account_id text collate "C" not null,
  customer_id text collate "C" not null references sandbox.customers,
  provider_method_id text collate "C" not null references sandbox.methods,
  amount_micros bigint not null check (amount_micros > 0 and amount_micros % 10000 = 0),
  currency text not null,
  is_off_session boolean not null,
  created_at timestamptz not null,
  state text not null
    check (state in ('unconfirmed', 'needs_action', 'processing', 'succeeded', 'declined', 'canceled')),
  decline_codes jsonb check ((decline_codes is not null) = (state = 'declined')),
  settles_at timestamptz check ((settles_at is not null) = (state = 'processing')),
  dispute text check (dispute in ('inquiry', 'open', 'won')),
  next_due_at timestamptz,
  change_number bigint not null unique,
  changed_at timestamptz not null
);
create index payments_due on sandbox.payments (next_due_at) where next_due_at is not null;
create index payments_by_changed_at on sandbox.payments (changed_at);
create index payments_by_account on sandbox.payments (account_id);
comment on column sandbox.payments.attempt_id is 'Idempotency key of its preparation';
comment on column sandbox.payments.next_due_at is 'When something happens to it by itself: processing ends, a refund or dispute comes';
comment on column sandbox.payments.change_number is 'Of its latest change';
comment on column sandbox.payments.changed_at is 'Never before that of a lower change_number';

create table sandbox.transfers (
  payment_id text collate "C" not null references sandbox.payments,
  number integer not null,
  kind text not null check (kind in ('charge', 'refund', 'dispute')),
  amount_micros bigint not null,
  due_at timestamptz not null,
  done_at timestamptz,
  primary key (payment_id, number)
);
comment on table sandbox.transfers is 'Money moved, as the seller sees it: a charge above zero, what goes back below';
comment on column sandbox.transfers.done_at is 'Null: still to come';

-- Faults on order, for every process at once.
create table sandbox.ordered_faults (
  order_id bigint generated always as identity primary key,
  fault text not null check (fault in ('down', 'slow', 'timeout_before', 'timeout_after', 'twice')),
  call text,
  times_left integer check (times_left > 0),
  delay_ms integer check ((delay_ms is not null) = (fault = 'slow'))
);
comment on column sandbox.ordered_faults.call is 'Null: whatever is called';
comment on column sandbox.ordered_faults.times_left is 'Null: until it is called off';
