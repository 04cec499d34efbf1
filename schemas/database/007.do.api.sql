-- What the API needs beside the ledger: keys of services, names to show for users, and cards on their way in.

create table tollgate.api_keys (
  key_id text collate "C" primary key,
  name text not null check (name <> ''),
  scopes text[] not null,
  account_ids text[] check (cardinality(account_ids) > 0),
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  last_used_at timestamptz,
  rotated_at timestamptz,
  rotated_by text,
  revoked_at timestamptz,
  revoked_by text,
  check ((rotated_at is null) = (rotated_by is null)),
  check ((revoked_at is null) = (revoked_by is null))
);
comment on column tollgate.api_keys.account_ids is 'The accounts it is for; null: all of them, and the installation';
comment on column tollgate.api_keys.last_used_at is 'To the minute; null: never';

-- A key has one secret, and two while it is rotated: the earlier one until it expires.
create table tollgate.api_key_secrets (
  key_id text collate "C" not null references tollgate.api_keys,
  secret_hash bytea primary key,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz
);
create index api_key_secrets_by_key on tollgate.api_key_secrets (key_id);
create unique index api_key_secrets_newest on tollgate.api_key_secrets (key_id) where expires_at is null;
comment on column tollgate.api_key_secrets.secret_hash is 'SHA-256 of the secret, which is random and kept nowhere';
comment on column tollgate.api_key_secrets.expires_at is 'Null: while the key is not revoked';

-- Requests to the whole installation (publishing a catalog, replaying dead letters) have keys of the same form and promise.
-- No account has an empty id. They are read and written under the lock of what is asked for, as others under their account's.
comment on column tollgate.request_keys.account_id is 'The account; empty: the whole installation';

create table tollgate.display_names (
  account_id text collate "C" not null references tollgate.accounts,
  user_id text not null,
  name text not null check (name <> ''),
  updated_at timestamptz not null default clock_timestamp(),
  updated_by text not null,
  primary key (account_id, user_id)
);
comment on table tollgate.display_names is 'What a user is called where the account is shown; erased, the id is shown';

-- A visit to the provider's page where a card is typed in: the provider knows the card, we learn of it when it is done.
create table tollgate.method_setups (
  setup_id text collate "C" primary key,
  account_id text collate "C" not null references tollgate.accounts,
  provider text not null,
  provider_setup_id text,
  method_id text collate "C" not null,
  url text,
  return_url text not null,
  makes_default boolean not null,
  consent jsonb,
  actor text not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  looked_at timestamptz,
  state text not null default 'open' check (state in ('open', 'saved', 'canceled', 'expired')),
  is_default boolean,
  refusal text,
  concluded_at timestamptz,
  check ((state = 'open') = (concluded_at is null)),
  unique (provider, provider_setup_id)
);
create index method_setups_by_account on tollgate.method_setups (account_id, created_at);
create index method_setups_open on tollgate.method_setups (looked_at nulls first) where state = 'open';
comment on column tollgate.method_setups.provider_setup_id is 'Null, as url and expires_at are: the provider was not asked yet, or has not answered';
comment on column tollgate.method_setups.return_url is 'Where the customer goes back to; never taken from the request that returns';
comment on column tollgate.method_setups.looked_at is 'When the provider was last asked about it; null: never';
comment on column tollgate.method_setups.method_id is 'What the card will be called here once it is saved';
comment on column tollgate.method_setups.consent is 'Given before the visit, for the card to become what automatic top-up charges; null: none';
comment on column tollgate.method_setups.is_default is 'Whether the card became the default; null until it is saved';
comment on column tollgate.method_setups.refusal is 'Why a saved card did not become the default as was wished; null: it did, or none wished it';

-- Who closed an account: its settings say it only where automatic top-up was on.
alter table tollgate.accounts
  add column closed_by text,
  add constraint closed_by_somebody check (closed_by is null or closed_at is not null);
comment on column tollgate.accounts.closed_by is 'Who closed it; null: it is open';
-- Set by who approves it beside the top-up's life, which nothing of this belongs to.
alter table tollgate.top_ups add column return_url text;
comment on column tollgate.top_ups.return_url is
  'Where the customer goes back to from the bank''s page; never taken from the request that returns';

-- The API lists accounts by id, and movements of one account newest first: both by primary keys.
