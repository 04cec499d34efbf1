-- Pages of the sandbox: where a card is typed in, and where the bank asks for approval.
create table sandbox.setups (
  provider_setup_id text collate "C" primary key,
  setup_id text collate "C" not null unique,
  customer_id text collate "C" not null references sandbox.customers,
  return_url text not null,
  state text not null default 'open' check (state in ('open', 'saved', 'canceled')),
  provider_method_id text collate "C" references sandbox.methods,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  check ((state = 'saved') = (provider_method_id is not null))
);
comment on table sandbox.setups is 'Visits to the page where a card is typed in; an open one is over at expires_at';
comment on column sandbox.setups.provider_setup_id is 'Unguessable: who knows it may type a card in';
comment on column sandbox.setups.setup_id is 'Who asked for it calls it so; the idempotency key of its creation';

alter table sandbox.payments add column return_url text;
comment on column sandbox.payments.return_url is 'Where the bank''s page sends the customer back to; null: nowhere';
