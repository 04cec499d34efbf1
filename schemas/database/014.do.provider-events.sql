-- What providers send us: each event is stored once, under its own id, before it is acknowledged, and its object is looked at
-- by whoever claims it (src/payments/webhooks.ts). What it says is never believed: only what it is about.
create table tollgate.provider_events (
  provider text collate "C" not null,
  event_id text collate "C" not null,
  kind text not null,
  about text collate "C" check (about in ('payment', 'setup', 'method')),
  object_id text collate "C",
  body text not null,
  received_at timestamptz not null default clock_timestamp(),
  next_try_at timestamptz not null default clock_timestamp(),
  tries integer not null default 0,
  claimed_until timestamptz,
  handled_at timestamptz,
  primary key (provider, event_id),
  check ((about is null) = (object_id is null)),
  check (about is not null or handled_at is not null)
) with (fillfactor = 70);
create index provider_events_waiting on tollgate.provider_events (provider, next_try_at) where handled_at is null;
create index provider_events_by_age on tollgate.provider_events (received_at);
comment on table tollgate.provider_events is 'Webhooks that were received, kept for 30 days';
comment on column tollgate.provider_events.kind is 'What the provider calls it';
comment on column tollgate.provider_events.object_id is 'The provider''s id of what is to be looked at; null: nothing';
comment on column tollgate.provider_events.body is 'As it was signed and sent';
comment on column tollgate.provider_events.handled_at is 'When what it is about had been looked at, and recorded';

alter table tollgate.payment_methods add column looked_at timestamptz;
comment on column tollgate.payment_methods.looked_at is 'When the provider was last asked what the card is now; null: never';
