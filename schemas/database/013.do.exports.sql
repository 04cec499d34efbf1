-- Exports of credit movements: made in parts by the role jobs, kept for some days, and sent as one file
-- (src/reporting/exports). A part and how far the export is are of one transaction: whoever dies leaves whole parts.
create table tollgate.exports (
  export_id text collate "C" primary key,
  account_id text collate "C" not null references tollgate.accounts,
  requested_at timestamptz not null,
  requested_by text not null,
  asker text,
  time_zone text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  currency text not null,
  after_sequence bigint not null,
  through_sequence bigint not null,
  opening_micros bigint not null,
  closing_micros bigint not null,
  state text not null default 'preparing' check (state in ('preparing', 'ready', 'failed', 'expired')),
  done_sequence bigint not null,
  parts integer not null default 0,
  added_micros bigint not null default 0,
  used_micros bigint not null default 0,
  other_micros bigint not null default 0,
  file_bytes bigint not null default 0,
  tries integer not null default 0,
  next_part_at timestamptz not null,
  failure text,
  concluded_at timestamptz,
  expires_at timestamptz,
  check (from_at <= to_at),
  check (after_sequence <= done_sequence and done_sequence <= through_sequence),
  check ((state = 'preparing') = (concluded_at is null)),
  check ((state = 'failed') = (failure is not null)),
  check ((state in ('ready', 'expired')) = (expires_at is not null)),
  constraint ready_exports_are_whole check (state not in ('ready', 'expired') or done_sequence = through_sequence),
  constraint ready_exports_add_up check (
    state not in ('ready', 'expired') or opening_micros + added_micros - used_micros + other_micros = closing_micros
  )
) with (fillfactor = 70);
create unique index exports_one_preparing on tollgate.exports (account_id) where state = 'preparing';
create index exports_by_account on tollgate.exports (account_id, requested_at, export_id);
create index exports_to_prepare on tollgate.exports (next_part_at) where state = 'preparing';
create index exports_to_expire on tollgate.exports (expires_at) where state = 'ready';
comment on table tollgate.exports is 'Files of an account''s movements of a period, asked for, under way, ready and gone';
comment on column tollgate.exports.asker is 'The person who asked for it, and is mailed about it; null: a service or an operator did';
comment on column tollgate.exports.time_zone is 'IANA name of the zone that the period was chosen in, for the mail';
comment on column tollgate.exports.from_at is 'The period is half-open, by when movements were recorded';
comment on column tollgate.exports.to_at is 'Not after requested_at: a period that reaches past it ends there';
comment on column tollgate.exports.after_sequence is 'The last movement before the period; 0: none';
comment on column tollgate.exports.through_sequence is 'The last that is in it or before, read under the account''s lock';
comment on column tollgate.exports.done_sequence is 'Movements up to here are in parts';
comment on column tollgate.exports.added_micros is 'Of the movements that are in parts, as used_micros and other_micros are';
comment on column tollgate.exports.file_bytes is 'Of the file as it is sent, not compressed';
comment on column tollgate.exports.tries is 'That failed since the last part';
comment on column tollgate.exports.next_part_at is 'Since when it waits for its next part; later: it rests after a failure';
comment on column tollgate.exports.failure is 'The code of the last failure; null unless failed';
comment on column tollgate.exports.expires_at is 'Until when the file can be downloaded';

create table tollgate.export_parts (
  export_id text collate "C" not null references tollgate.exports,
  part integer not null,
  through_sequence bigint not null,
  content bytea not null,
  primary key (export_id, part)
);
alter table tollgate.export_parts alter column content set storage external;
comment on table tollgate.export_parts is 'What an export''s file is put together from, in order; deleted once it has expired';
comment on column tollgate.export_parts.content is 'Gzip of a piece of the file; pieces of gzip in a row are gzip';
