-- Sessions of the billing page. A session begins as a one-time link, made for a person whom a dashboard vouches for, and is
-- one row from then to its end (src/ledger/portal-sessions.ts). Link and session are known by hashes alone.
create table tollgate.portal_sessions (
  link_hash bytea primary key,
  account_id text collate "C" not null references tollgate.accounts,
  person_id text not null check (person_id <> ''),
  person_name text not null check (person_name <> ''),
  role text collate "C" not null check (role in ('admin', 'member')),
  locale text not null,
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  link_expires_at timestamptz not null,
  opened_at timestamptz,
  session_hash bytea,
  last_used_at timestamptz,
  ended_at timestamptz,
  check ((opened_at is null) = (session_hash is null)),
  check ((opened_at is null) = (last_used_at is null))
) with (fillfactor = 80);
create unique index portal_sessions_open on tollgate.portal_sessions (session_hash) where session_hash is not null;
create index portal_sessions_by_person on tollgate.portal_sessions (account_id, person_id);
create index portal_sessions_by_age on tollgate.portal_sessions (created_at);
comment on table tollgate.portal_sessions is 'Sessions of the billing page, each from its link on';
comment on column tollgate.portal_sessions.link_hash is 'SHA-256 of the token in the link, which is random and kept nowhere';
comment on column tollgate.portal_sessions.created_by is 'Who vouched for the person, by making the link';
comment on column tollgate.portal_sessions.opened_at is 'When the link was spent; null: it was not';
comment on column tollgate.portal_sessions.session_hash is 'SHA-256 of the secret in the browser''s cookie';
comment on column tollgate.portal_sessions.last_used_at is 'To the minute';
comment on column tollgate.portal_sessions.ended_at is 'By sign-out, by a newer session in its place, or by the dashboard; null: not so far';
