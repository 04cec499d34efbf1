-- What the other kinds of usage say besides calls, and corrections.

alter table tollgate.rated_usage
  add column channel text,
  add column agent_id text,
  add column sku text,
  add column corrects text collate "C";
comment on column tollgate.rated_usage.corrects is 'For a correction: the event it takes back';

-- A correction that came before its event waits here under the event's id. The event, when it comes, is voided; until
-- then nothing else may be known under that id. Rows are read and written under the lock of their account.
create table tollgate.awaited_corrections (
  account_id text collate "C" not null,
  event_id text collate "C" not null,
  correction_id text collate "C" not null,
  recorded_at timestamptz not null,
  primary key (account_id, event_id)
);
comment on column tollgate.awaited_corrections.event_id is 'The event that is awaited';

-- What a correction gives back, or takes when the event had given, is a movement of its own kind.
alter table tollgate.movements
  drop constraint movements_kind_check,
  drop constraint movements_check1,
  drop constraint movements_check2,
  add constraint movements_kind check (kind in ('usage', 'reversal', 'adjustment')),
  add constraint movements_of_usage_name_their_event check ((kind in ('usage', 'reversal')) = (event_id is not null)),
  add constraint adjustments_name_actor_and_reason
    check (kind <> 'adjustment' or (actor is not null and reason is not null));

-- A message too big to be wrapped in another one is kept here instead of on the dead-letter topic.
alter table tollgate.dead_letters add column original bytea;
comment on column tollgate.dead_letters.original is 'The bytes as they came, where they were too many for the topic; else null';
