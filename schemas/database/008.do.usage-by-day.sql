-- What moved credit, summed up by day behind the ledger: the batch of usage writes nothing of it, and never waits for it. It
-- is at any moment what the movements up to a known sequence of each account come to (src/reporting/roll-up.ts).

create table tollgate.usage_by_day (
  account_id text collate "C" not null,
  booked_on date not null,
  kind text collate "C" not null,
  user_id text collate "C" not null,
  destination text collate "C" not null,
  movements bigint not null,
  units bigint not null,
  amount_micros bigint not null,
  reversed_units bigint not null,
  reversed_micros bigint not null,
  primary key (account_id, booked_on, kind, user_id, destination)
) with (fillfactor = 80);
comment on table tollgate.usage_by_day is 'Movements summed by account, UTC day of recording, kind, user and destination';
comment on column tollgate.usage_by_day.kind is
  'Of usage its type, of messages the channel: call, toll_free, sms, mms, whatsapp, conversation_intelligence, voice_agent, other. '
  'Else the kind of the movement: reversal, top_up, adjustment, refund, dispute';
comment on column tollgate.usage_by_day.user_id is 'Empty: of nobody in particular; longer than 1,000 bytes: its SHA-256; a reversal''s is that of what it takes back';
comment on column tollgate.usage_by_day.destination is 'What the price list calls it; of other usage the SKU; empty: none; longer than 1,000 bytes: its SHA-256';
comment on column tollgate.usage_by_day.amount_micros is 'Sum of the movements recorded on the day; below zero where credit was taken';
comment on column tollgate.usage_by_day.reversed_micros is
  'Of usage: what was given back of it since, on whatever day. amount_micros + reversed_micros is what it cost in the end';

-- The same by one thing alone, so that a page of a quarter reads hundreds of rows and not hundreds of thousands.
create table tollgate.usage_by_day_and (
  account_id text collate "C" not null,
  what text collate "C" not null check (what in ('kind', 'user', 'destination')),
  booked_on date not null,
  id text collate "C" not null,
  movements bigint not null,
  units bigint not null,
  amount_micros bigint not null,
  reversed_units bigint not null,
  reversed_micros bigint not null,
  primary key (account_id, what, booked_on, id)
) with (fillfactor = 80);
comment on table tollgate.usage_by_day_and is
  'usage_by_day summed by kind (all movements), by user and by destination (usage alone)';
comment on column tollgate.usage_by_day_and.id is 'The kind, user or destination, by what';

create table tollgate.usage_by_day_progress (
  account_id text collate "C" primary key references tollgate.accounts,
  through_sequence bigint not null,
  rolled_up_at timestamptz not null default clock_timestamp()
) with (fillfactor = 70);
comment on column tollgate.usage_by_day_progress.through_sequence is 'The last movement that is in the sums; those behind it are not yet';

create view reporting.usage_by_day as
select d.account_id,
       d.booked_on,
       d.kind,
       nullif(d.user_id, '') as user_id,
       nullif(d.destination, '') as destination,
       d.movements,
       d.units,
       d.amount_micros * 0.000001 as amount,
       d.amount_micros,
       d.reversed_units,
       d.reversed_micros * 0.000001 as reversed,
       d.reversed_micros,
       a.currency
  from tollgate.usage_by_day d
  join tollgate.accounts a using (account_id);
comment on view reporting.usage_by_day is
  'Movements summed by account, day booked, kind, user and destination. Kept beside the ledger, so it answers at once and may be '
  'seconds behind: usage_by_day_progress says how far it is';
comment on column reporting.usage_by_day.account_id is 'The account whose credit moved';
comment on column reporting.usage_by_day.booked_on is 'UTC date on which the movements were posted';
comment on column reporting.usage_by_day.kind is
  'Of usage call, toll_free, sms, mms, whatsapp, conversation_intelligence, voice_agent or other; else reversal, top_up, adjustment, refund, dispute';
comment on column reporting.usage_by_day.user_id is 'Who used it; of a reversal, who used what it takes back; null: nobody in particular';
comment on column reporting.usage_by_day.destination is 'What the price list calls it; of other usage the SKU; null: none';
comment on column reporting.usage_by_day.movements is 'How many movements';
comment on column reporting.usage_by_day.units is 'Billed units: seconds, fragments or items, by kind; 0 where nothing is counted';
comment on column reporting.usage_by_day.amount is 'In units of the currency; above zero adds credit, below zero takes it';
comment on column reporting.usage_by_day.amount_micros is 'The same in millionths';
comment on column reporting.usage_by_day.reversed_units is 'Of units, those taken back since by corrections';
comment on column reporting.usage_by_day.reversed is
  'Of usage: what corrections gave back of it since, on whatever day. amount + reversed is what it cost in the end; the corrections themselves are rows of kind reversal on the day they were posted';
comment on column reporting.usage_by_day.reversed_micros is 'The same in millionths';
comment on column reporting.usage_by_day.currency is 'Of the account';

create view reporting.usage_by_day_progress as
select a.account_id,
       a.last_sequence,
       coalesce(p.through_sequence, 0) as through_sequence,
       p.rolled_up_at,
       (p.rolled_up_at at time zone 'UTC')::date as rolled_up_on
  from tollgate.accounts a
  left join tollgate.usage_by_day_progress p using (account_id);
comment on view reporting.usage_by_day_progress is 'How far usage_by_day is, by account: all movements up to through_sequence are in it';
comment on column reporting.usage_by_day_progress.account_id is 'The account';
comment on column reporting.usage_by_day_progress.last_sequence is 'Its newest movement';
comment on column reporting.usage_by_day_progress.through_sequence is 'The newest that is summed up; the same: nothing is missing';
comment on column reporting.usage_by_day_progress.rolled_up_at is 'When it was last summed up; null: never';
comment on column reporting.usage_by_day_progress.rolled_up_on is 'UTC date of rolled_up_at';

do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'tollgate_reporting') then
    grant select on reporting.usage_by_day, reporting.usage_by_day_progress to tollgate_reporting;
  end if;
end
$$;

-- How far the clearing of phone numbers is, by partition of rated usage (src/ledger/clear-numbers.ts): no index by time is
-- needed there, which every batch would pay for.
create table tollgate.number_clearing (
  partition_name text collate "C" primary key,
  file_node oid not null,
  is_whole boolean not null default false,
  next_block bigint not null default 0,
  done_at timestamptz
) with (fillfactor = 50);
comment on column tollgate.number_clearing.file_node is 'Of the table whose blocks are counted: one that was rewritten is begun anew';
comment on column tollgate.number_clearing.is_whole is 'It is gone through whole, now that all of it is due; false: as far as rows have come due';
comment on column tollgate.number_clearing.next_block is 'What stands before is cleared';
comment on column tollgate.number_clearing.done_at is 'When its end was reached; a month is not read again, the default partition a day later';
create index dead_letters_with_original on tollgate.dead_letters (recorded_at) where original is not null;
comment on column tollgate.dead_letters.original is
  'The value as it came; null for a tombstone, for one noted before values were kept, and once the retention of phone numbers is over';
-- Which movements are of what, so that they can be searched: written behind the ledger by the roll-up, once each 1,024
-- movements of an account are complete, and never changed. What is not in it yet is walked (src/reporting/find-movements.ts).
create table tollgate.movement_chunks (
  account_id text collate "C" not null references tollgate.accounts,
  chunk integer not null check (chunk >= 0),
  first_recorded_at timestamptz not null,
  last_recorded_at timestamptz not null,
  primary key (account_id, chunk)
);
comment on table tollgate.movement_chunks is 'The chunks of an account that are indexed: chunk n has sequences 1024 n + 1 to 1024 (n + 1)';
comment on column tollgate.movement_chunks.first_recorded_at is 'The least recorded_at of its movements, whatever their order';
comment on column tollgate.movement_chunks.last_recorded_at is 'The greatest';

create table tollgate.movement_index (
  account_id text collate "C" not null,
  what text collate "C" not null check (what in ('kind', 'user', 'destination', 'sku', 'direction')),
  id text collate "C" not null,
  chunk integer not null,
  sequences bit(1024) not null,
  primary key (account_id, what, id, chunk)
);
comment on table tollgate.movement_index is 'Which movements of a chunk are of a kind, user, destination, SKU or direction; those of none have no row';
comment on column tollgate.movement_index.id is
  'Of usage two kinds: usage, and that of usage_by_day. A reversal is of the user, destination and SKU of what it takes back. '
  'Destinations are in lower case, cut to what an index takes; of a user or SKU too long for one the SHA-256; directions are in and out';
comment on column tollgate.movement_index.sequences is 'Bit n, from 0 on the left: the (n + 1)th sequence of the chunk';

create table tollgate.movement_interactions (
  account_id text collate "C" not null,
  interaction_hash bigint not null,
  sequence bigint not null,
  primary key (account_id, interaction_hash, sequence)
);
comment on table tollgate.movement_interactions is
  'Movements of the chunks by interaction, where that is not the id of their event; a reversal also by that of what it takes back';
comment on column tollgate.movement_interactions.interaction_hash is 'hashtextextended(interaction_id, 0): those found may be of another one';
