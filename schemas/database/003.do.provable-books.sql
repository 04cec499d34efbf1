-- Alerts, links between movements, append-only tables, replayable dead letters, lanes, the live view.

-- Whether the balance is known to be below a level. An account begins without credit, below every level: that is where
-- it stands and no crossing, so nothing is said of it.
alter table tollgate.accounts
  add column alert_version bigint not null default 0,
  add column is_low boolean not null default true,
  add column is_below_custom_level boolean not null default false;
comment on column tollgate.accounts.alert_version is 'Version of the newest alert, 0 before the first';
comment on column tollgate.accounts.is_low is
  'Crossed its low level and has not been back at 110 % of it since: the next alert waits for that';
comment on column tollgate.accounts.is_below_custom_level is 'The same for the level the customer chose; false without one';
update tollgate.accounts set is_low = balance_micros < 10000000;

alter table tollgate.account_settings
  add column low_alert_level_micros bigint check (low_alert_level_micros > 0),
  add column custom_alert_level_micros bigint check (custom_alert_level_micros > 0);
comment on column tollgate.account_settings.low_alert_level_micros is 'Null: 10 units of the currency';
comment on column tollgate.account_settings.custom_alert_level_micros is 'Chosen by the customer; null: none';

-- A movement says what it came from: an event, a top-up, an earlier movement, or a person with a reason.
alter table tollgate.rated_usage add column movement_sequence bigint;
comment on column tollgate.rated_usage.movement_sequence is 'Sequence of the movement it made; null where credit did not move';
alter table tollgate.movements
  add column top_up_id text collate "C",
  add column reverses_sequence bigint,
  drop constraint movements_kind,
  drop constraint movements_of_usage_name_their_event,
  add constraint movements_kind check (kind in ('usage', 'reversal', 'top_up', 'adjustment', 'refund', 'dispute')),
  add constraint movements_of_usage_name_their_event check ((kind in ('usage', 'reversal')) = (event_id is not null)),
  add constraint movements_of_payments_name_their_top_up
    check ((kind in ('top_up', 'refund', 'dispute')) = (top_up_id is not null));
update tollgate.rated_usage r
   set movement_sequence = m.sequence
  from tollgate.movements m
 where m.account_id = r.account_id and m.event_id = r.event_id and m.recorded_at = r.recorded_at;
update tollgate.movements m
   set reverses_sequence = o.movement_sequence
  from tollgate.rated_usage c
  join tollgate.rated_usage o on o.account_id = c.account_id and o.event_id = c.corrects
 where m.kind = 'reversal' and c.account_id = m.account_id and c.event_id = m.event_id;
alter table tollgate.movements
  add constraint movements_that_take_back_name_the_original
    check ((kind in ('reversal', 'refund', 'dispute')) = (reverses_sequence is not null)),
  add constraint movements_take_back_earlier_ones check (reverses_sequence < sequence);
comment on column tollgate.movements.kind is
  'usage; reversal of usage; top_up; adjustment by an operator; refund or dispute of a top-up (above zero where a dispute was won)';
comment on column tollgate.movements.event_id is 'The usage event, or the correction, that made it';
comment on column tollgate.movements.top_up_id is 'The top-up it credits or takes back';
comment on column tollgate.movements.reverses_sequence is 'The movement of this account that it takes back, whole or in part';
comment on column tollgate.movements.occurred_at is 'When what it stands for happened';
comment on column tollgate.movements.recorded_at is 'When it was posted: what the partitions are made by';

-- Append-only, whoever asks: the owner of a table is refused by a trigger as everybody is. Row triggers are inherited by
-- every partition, also when a statement names the partition.
create function tollgate.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% of %.% is refused: it is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation', hint = 'What was wrong is taken back by a row of its own.';
end
$$;
-- The numbers of rated usage may be cleared once their time is over; nothing else of it ever changes.
create function tollgate.refuse_all_but_clearing_numbers() returns trigger language plpgsql as $$
begin
  if (to_jsonb(new) - 'from_number' - 'to_number') is distinct from (to_jsonb(old) - 'from_number' - 'to_number')
     or (new.from_number is not null and new.from_number is distinct from old.from_number)
     or (new.to_number is not null and new.to_number is distinct from old.to_number) then
    raise exception 'UPDATE of %.% is refused: all that may change is that numbers are cleared', tg_table_schema, tg_table_name
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$$;
create trigger append_only before update or delete on tollgate.movements
  for each row execute function tollgate.refuse_change();
create trigger append_only before delete on tollgate.rated_usage
  for each row execute function tollgate.refuse_change();
create trigger only_numbers_are_cleared before update on tollgate.rated_usage
  for each row execute function tollgate.refuse_all_but_clearing_numbers();
create trigger append_only before update or delete on tollgate.account_settings
  for each row execute function tollgate.refuse_change();
create trigger append_only before update or delete on tollgate.catalog_versions
  for each row execute function tollgate.refuse_change();
-- TRUNCATE knows no rows; each partition needs a trigger of its own against being named.
create trigger never_truncated before truncate on tollgate.movements
  for each statement execute function tollgate.refuse_change();
create trigger never_truncated before truncate on tollgate.movements_default
  for each statement execute function tollgate.refuse_change();
create trigger never_truncated before truncate on tollgate.rated_usage
  for each statement execute function tollgate.refuse_change();
create trigger never_truncated before truncate on tollgate.rated_usage_default
  for each statement execute function tollgate.refuse_change();
create trigger never_truncated before truncate on tollgate.account_settings
  for each statement execute function tollgate.refuse_change();
create trigger never_truncated before truncate on tollgate.catalog_versions
  for each statement execute function tollgate.refuse_change();

-- Dead letters keep what is needed to put them back, as long as they are kept themselves.
alter table tollgate.dead_letters
  add column key bytea,
  add column headers json not null default '[]',
  add column replays integer not null default 0,
  add column replayed_at timestamptz;
create index dead_letters_by_recorded_at on tollgate.dead_letters (recorded_at);
comment on column tollgate.dead_letters.original is 'The value as it came; null for a tombstone, and for one noted before values were kept';
comment on column tollgate.dead_letters.headers is
  'A list of {name, value}, the value in base64 or null; json and not jsonb, which refuses some names';
comment on column tollgate.dead_letters.replays is 'How often it was put back on its topic';

-- A lease per shard and lane: what trails in one lane holds up nobody in the other.
drop table tollgate.relay_leases;
create table tollgate.relay_leases (
  shard smallint not null,
  lane text not null check (lane in ('now', 'record')),
  holder text not null,
  expires_at timestamptz not null,
  primary key (shard, lane)
);

-- A correction whose event never came is given up after a while: it goes to the dead letters, as it came, and stays on the
-- list. Those that wait already have come without their bytes and can only be listed.
alter table tollgate.awaited_corrections
  add column expired_at timestamptz,
  add column topic text,
  add column partition integer,
  add column "offset" bigint,
  add column value_hash bytea,
  add column key bytea,
  add column original bytea,
  add column headers json;
comment on column tollgate.awaited_corrections.expired_at is 'When it was given up; null while it waits';
comment on column tollgate.awaited_corrections.topic is
  'Where the correction came from, with partition and offset; null for one that was recorded before that was kept';
comment on column tollgate.awaited_corrections.value_hash is 'As in dead_letters, where it goes when it is given up';
comment on column tollgate.awaited_corrections.key is 'The key of its message as it came';
comment on column tollgate.awaited_corrections.original is 'The value of its message as it came';
comment on column tollgate.awaited_corrections.headers is 'The headers of its message, as in dead_letters';
create index awaited_corrections_by_recorded_at on tollgate.awaited_corrections (recorded_at) where expired_at is null;

-- The lane `record` may trail: what waits in it must not be in the way of who looks for `now`.
alter table tollgate.outbox_packs
  drop constraint outbox_packs_pkey,
  add primary key (shard, lane, pack_id);

-- Kafka's offset ahead of ours proves a restore, once: until the partition has caught up the proof stands, but is old.
alter table tollgate.consumer_offsets add column restored_below bigint;
comment on column tollgate.consumer_offsets.restored_below is 'Kafka''s offset for which the epoch has been raised already';
alter table tollgate.ledger_epoch
  add column began_at timestamptz not null default clock_timestamp(),
  add column reason text not null default 'created';

-- Orders the minutes of one counter in the live view. The account row is not touched by a covered call.
alter table tollgate.fair_use_counters add column version bigint not null default 1;
comment on column tollgate.fair_use_counters.version is 'Grows by one with every change';

-- What the live view learns from a batch travels with the pack that announces it, and leaves with it.
alter table tollgate.outbox_packs add column view_changes bytea;
comment on column tollgate.outbox_packs.view_changes is 'For the live view, in its own encoding; null where nothing is new to it';

-- Packs that left the outbox without reaching the live view: while there are more than the last rebuild made good, the
-- view may lack something, whoever leads the shard.
create table tollgate.live_view_shards (
  shard smallint primary key,
  misses bigint not null default 1,
  misses_mended bigint not null default 0
);
comment on table tollgate.live_view_shards is 'A shard without a row was never built';
