-- A request that moves money carries a key, so that it can be repeated when its answer was lost. Written in the transaction
-- of what was asked for, under the lock of the account: two at once cannot both find the key new. A refusal is not stored.
create table tollgate.request_keys (
  account_id text collate "C" not null,
  kind text collate "C" not null,
  key text collate "C" not null,
  content_hash bytea not null,
  answer jsonb not null,
  recorded_at timestamptz not null,
  primary key (account_id, kind, key),
  constraint request_keys_are_printable_ascii check (key ~ '^[ -~]{1,200}$')
);
create index request_keys_by_recorded_at on tollgate.request_keys (recorded_at);
comment on column tollgate.request_keys.kind is 'What was asked for; each kind has keys of its own';
comment on column tollgate.request_keys.content_hash is 'SHA-256 of all that was asked for: the same key with other content is refused';
comment on column tollgate.request_keys.answer is 'The first answer, which the same request gets again; a bigint is {"$bigint": "12"}';
comment on column tollgate.request_keys.recorded_at is 'When it was carried out; kept 30 days from then';
