-- What the notices of the Billing page need beside the ledger: when levels were crossed, and what people dismissed.

-- One row an account and level, written when it is crossed and never else.
create table tollgate.alert_crossings (
  account_id text collate "C" not null references tollgate.accounts,
  kind text collate "C" not null check (kind in ('low', 'custom_level', 'exhausted')),
  version bigint not null,
  crossed_at timestamptz not null,
  primary key (account_id, kind)
);
comment on table tollgate.alert_crossings is 'The newest alert of each level of an account; those raised before this table was there are not in it';
comment on column tollgate.alert_crossings.version is 'Of the alert, as credit.alerts.v1 has it';

create table tollgate.notice_dismissals (
  account_id text collate "C" not null references tollgate.accounts,
  person text collate "C" not null,
  key text collate "C" not null,
  occurrence text collate "C" not null,
  dismissed_at timestamptz not null default clock_timestamp(),
  primary key (account_id, person, key, occurrence)
);
comment on table tollgate.notice_dismissals is 'Notices that a person does not want to see any more; others of the account still do';
comment on column tollgate.notice_dismissals.occurrence is 'The happening that is dismissed: the next one of the same key is shown';

-- An account's payments, the one that changed last first.
create index payments_by_account on tollgate.payments (account_id, changed_at);
alter table tollgate.payments add column last_sequence bigint;
comment on column tollgate.payments.last_sequence is 'The newest movement of it; null: the one that credited it, or it changed before this was kept';
