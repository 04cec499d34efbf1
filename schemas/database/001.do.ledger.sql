-- The ledger: accounts and their settings, balances, usage identities, rated usage, movements, fair use, outbox.
-- Money is bigint micros, millionths of the account's currency. Names are qualified everywhere because a pooled
-- connection keeps no search_path.

create schema tollgate;

-- Raised when the database was restored to an earlier point: consumers order by (epoch, version).
create table tollgate.ledger_epoch (
  only_row boolean primary key default true check (only_row),
  epoch integer not null check (epoch > 0)
);
insert into tollgate.ledger_epoch (epoch) values (1);

create table tollgate.catalog_versions (
  version integer generated always as identity primary key,
  content_hash text not null,
  files jsonb not null,
  author text not null,
  comment text not null,
  in_force_from timestamptz not null,
  published_at timestamptz not null default clock_timestamp()
);
comment on table tollgate.catalog_versions is 'Immutable catalogs, whole; files maps file name to text';

-- One row an account: the row every writer locks first, in account_id order, and the only one it updates in place.
-- The fill factor leaves room on the page for the next version of the row, so that no index is touched (HOT).
create table tollgate.accounts (
  account_id text collate "C" primary key,
  currency text not null check (currency in ('EUR', 'USD')),
  settings_version integer not null check (settings_version > 0),
  balance_micros bigint not null default 0,
  last_sequence bigint not null default 0,
  balance_version bigint not null default 0,
  status text not null default 'active' check (status in ('active', 'blocked')),
  status_version bigint not null default 0,
  status_since timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  check ((status = 'blocked') = (balance_micros <= 0))
) with (fillfactor = 50);

create table tollgate.account_settings (
  account_id text collate "C" not null references tollgate.accounts,
  version integer not null check (version > 0),
  tariff text not null,
  packages jsonb not null,
  billing_cycle_anchor date not null,
  fair_use_minutes_per_user integer check (fair_use_minutes_per_user >= 0),
  conversation_intelligence text not null check (conversation_intelligence in ('credit', 'invoice', 'included')),
  voice_agent text not null check (voice_agent in ('credit', 'invoice', 'included')),
  contacts jsonb not null,
  recorded_at timestamptz not null default clock_timestamp(),
  primary key (account_id, version)
);
comment on table tollgate.account_settings is 'Append-only: a change is a new version';

-- What makes a debit happen once: the primary key, whatever the month the detail is recorded in.
create table tollgate.usage_identity (
  account_id text collate "C" not null,
  event_id text collate "C" not null,
  content_version smallint not null,
  content_hash bytea not null,
  recorded_at timestamptz not null,
  corrected_by text collate "C",
  primary key (account_id, event_id)
) partition by hash (account_id);
create table tollgate.usage_identity_0 partition of tollgate.usage_identity for values with (modulus 4, remainder 0);
create table tollgate.usage_identity_1 partition of tollgate.usage_identity for values with (modulus 4, remainder 1);
create table tollgate.usage_identity_2 partition of tollgate.usage_identity for values with (modulus 4, remainder 2);
create table tollgate.usage_identity_3 partition of tollgate.usage_identity for values with (modulus 4, remainder 3);

-- Partitioned by when it was recorded, which never changes; late usage lands in today's partition.
-- The default partition means that a month nobody prepared never stops rating.
create table tollgate.rated_usage (
  account_id text collate "C" not null,
  event_id text collate "C" not null,
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  type text not null,
  interaction_id text not null,
  user_id text,
  direction text,
  leg text,
  from_number text,
  to_number text,
  from_country text,
  to_country text,
  to_type text,
  quantity bigint not null,
  outcome text not null,
  reason text not null,
  units bigint not null,
  covered_minutes integer not null,
  amount_micros bigint not null,
  currency text not null,
  deck text,
  prefix text,
  destination text,
  catalog_version integer,
  settings_version integer not null,
  minutes_left integer,
  cycle_anchor date,
  cycle_start date
) partition by range (recorded_at);
create table tollgate.rated_usage_default partition of tollgate.rated_usage default;
create index rated_usage_by_event on tollgate.rated_usage (account_id, event_id);
comment on column tollgate.rated_usage.quantity is 'As used: seconds, fragments or items, before increments';
comment on column tollgate.rated_usage.minutes_left is 'Fair-use minutes left before the call; null where no limit held';

create table tollgate.movements (
  account_id text collate "C" not null,
  sequence bigint not null check (sequence > 0),
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  kind text not null check (kind in ('usage', 'adjustment')),
  amount_micros bigint not null check (amount_micros <> 0),
  balance_before_micros bigint not null,
  balance_after_micros bigint not null,
  currency text not null,
  event_id text collate "C",
  actor text,
  reason text,
  primary key (account_id, sequence, recorded_at),
  check (balance_after_micros = balance_before_micros + amount_micros),
  check ((kind = 'usage') = (event_id is not null)),
  check (kind = 'usage' or (actor is not null and reason is not null))
) partition by range (recorded_at);
create table tollgate.movements_default partition of tollgate.movements default;
comment on column tollgate.movements.amount_micros is 'Above zero adds credit, below zero takes it';

-- A changed anchor is another counter, even where the two cycles start on the same day.
create table tollgate.fair_use_counters (
  account_id text collate "C" not null,
  user_id text not null,
  cycle_anchor date not null,
  cycle_start date not null,
  minutes integer not null check (minutes >= 0),
  primary key (account_id, user_id, cycle_anchor, cycle_start)
) with (fillfactor = 70);

-- The offset after the last one whose effects are in this database, written by the transaction that holds them.
create table tollgate.consumer_offsets (
  consumer_group text not null,
  topic text not null,
  partition integer not null,
  next_offset bigint not null,
  primary key (consumer_group, topic, partition)
) with (fillfactor = 50);

-- What could not be rated, once per position. The hash of the bytes tells a recreated topic's message from the old one's.
create table tollgate.dead_letters (
  topic text not null,
  partition integer not null,
  "offset" bigint not null,
  value_hash bytea not null,
  reason text not null,
  detail text not null,
  account_id text,
  event_id text,
  recorded_at timestamptz not null,
  primary key (topic, partition, "offset", value_hash)
);

-- A pack is the encoded messages of one batch, shard and lane. Its id is drawn after the account locks are held, so
-- for one account id order is commit order. Packs are deleted once the broker has them, never updated.
create sequence tollgate.outbox_pack_id;
create table tollgate.outbox_packs (
  pack_id bigint primary key,
  shard smallint not null,
  lane text not null check (lane in ('now', 'record')),
  message_count integer not null,
  messages bytea not null,
  recorded_at timestamptz not null
);

create table tollgate.relay_leases (
  shard smallint primary key,
  holder text not null,
  expires_at timestamptz not null
);
