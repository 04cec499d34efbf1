-- Mail to the contacts of accounts. A row is written by the transaction of what it is about (src/ledger/mail), and sent by
-- whoever claims it (src/mail). It holds no address and no word: both are looked up when it is sent.
create table tollgate.mails (
  mail_id bigint generated always as identity primary key,
  account_id text collate "C" not null references tollgate.accounts,
  contact_id text collate "C" not null,
  kind text collate "C" not null,
  occurrence text collate "C" not null,
  figures jsonb not null,
  message_id uuid not null default gen_random_uuid(),
  created_at timestamptz not null,
  state text collate "C" not null default 'waiting' check (state in ('waiting', 'sent', 'refused', 'dropped')),
  reason text,
  tries integer not null default 0,
  next_try_at timestamptz not null,
  claimed_until timestamptz,
  done_at timestamptz,
  unique (account_id, contact_id, kind, occurrence),
  check ((state = 'waiting') = (done_at is null))
) with (fillfactor = 80);
create index mails_waiting on tollgate.mails (next_try_at) where state = 'waiting';
create index mails_refused on tollgate.mails (created_at) where state = 'refused';
create index mails_by_age on tollgate.mails (created_at);
comment on table tollgate.mails is 'Mail to contacts, one row a recipient and happening; kept for 30 days';
comment on column tollgate.mails.contact_id is 'By the account''s settings; the address is that of the contact when it is sent';
comment on column tollgate.mails.occurrence is 'Names the happening among those of its kind';
comment on column tollgate.mails.figures is 'As they were then; what they are by kind is in src/core/mail/mail.ts';
comment on column tollgate.mails.message_id is 'Of every try to send it: what precedes the @ of its Message-ID';
comment on column tollgate.mails.reason is 'Of the last try that failed, or why it is not sent; holds no address';
comment on column tollgate.mails.claimed_until is 'Until then it is being sent; null, or over: it is not';
