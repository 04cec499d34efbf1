-- What analysts read: views over the ledger, without phone numbers, and a role that may read them and nothing else. Names
-- and meanings here are a contract, explained in docs/ANALYSTS.md: add, never rename. Views run with the rights of their
-- owner, so that who reads them needs none in schema tollgate.
--
-- Each instant comes with a date of its own, in UTC whatever the session's time zone. Money comes in micros and in units
-- of the currency: micros times 0.000001 is exact and has six digits, where a division would make up more.

create schema reporting;
comment on schema reporting is 'The read interface for analysts; its names and meanings are stable';

create view reporting.accounts as
select a.account_id,
       a.currency,
       a.balance_micros * 0.000001 as balance,
       a.balance_micros,
       a.status,
       a.status_since,
       (a.status_since at time zone 'UTC')::date as status_since_on,
       a.created_at,
       (a.created_at at time zone 'UTC')::date as created_on,
       a.settings_version,
       s.tariff,
       (select nullif(period ->> 'id', 'none')
          from jsonb_array_elements(s.packages) as period
         where (period ->> 'from')::timestamptz <= now()
         order by (period ->> 'from')::timestamptz desc
         limit 1) as package,
       s.billing_cycle_anchor,
       s.fair_use_minutes_per_user,
       s.conversation_intelligence,
       s.voice_agent,
       s.low_alert_level_micros * 0.000001 as low_alert_level,
       s.low_alert_level_micros,
       s.custom_alert_level_micros * 0.000001 as custom_alert_level,
       s.custom_alert_level_micros
  from tollgate.accounts a
  join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version;
comment on view reporting.accounts is 'One row an account, as it is now: balance, status, and the settings in force';
comment on column reporting.accounts.account_id is 'The account, as everywhere';
comment on column reporting.accounts.currency is 'EUR or USD; never changes';
comment on column reporting.accounts.balance is 'Credit left, in units of the currency; below zero is debt';
comment on column reporting.accounts.balance_micros is 'Credit left, in millionths';
comment on column reporting.accounts.status is 'blocked while the balance is at or below zero, else active';
comment on column reporting.accounts.status_since is 'When the status was last changed';
comment on column reporting.accounts.status_since_on is 'UTC date of status_since';
comment on column reporting.accounts.created_at is 'When the account was made known to the ledger';
comment on column reporting.accounts.created_on is 'UTC date of created_at';
comment on column reporting.accounts.settings_version is
  'The settings in force; rated_usage.settings_version says which priced a usage event';
comment on column reporting.accounts.tariff is 'The prices it buys at';
comment on column reporting.accounts.package is 'The calling package in force now; null: none';
comment on column reporting.accounts.billing_cycle_anchor is
  'Billing cycles start on this day of every month, or on its last day';
comment on column reporting.accounts.fair_use_minutes_per_user is
  'Limit of the account''s own; null: the package''s holds';
comment on column reporting.accounts.conversation_intelligence is
  'Who pays for it: credit, invoice, or included in the plan';
comment on column reporting.accounts.voice_agent is 'Who pays for it: credit, invoice, or included in the plan';
comment on column reporting.accounts.low_alert_level is
  'Low balance is told below this, in units of the currency; null: 10';
comment on column reporting.accounts.low_alert_level_micros is 'The same in millionths';
comment on column reporting.accounts.custom_alert_level is
  'The level the customer chose to be told of, in units of the currency; null: none';
comment on column reporting.accounts.custom_alert_level_micros is 'The same in millionths';

create view reporting.movements as
select m.account_id,
       m.sequence,
       m.recorded_at,
       (m.recorded_at at time zone 'UTC')::date as booked_on,
       m.occurred_at,
       (m.occurred_at at time zone 'UTC')::date as occurred_on,
       m.kind,
       m.amount_micros * 0.000001 as amount,
       m.amount_micros,
       m.balance_before_micros * 0.000001 as balance_before,
       m.balance_before_micros,
       m.balance_after_micros * 0.000001 as balance_after,
       m.balance_after_micros,
       m.currency,
       m.event_id,
       m.top_up_id,
       m.reverses_sequence,
       m.actor,
       m.reason
  from tollgate.movements m;
comment on view reporting.movements is
  'One row a change of credit. An amount above zero adds credit, below zero takes it; an account''s amounts sum to its balance';
comment on column reporting.movements.account_id is 'The account whose credit moved';
comment on column reporting.movements.sequence is 'Place in the account''s chain: 1, 2, 3, without a gap';
comment on column reporting.movements.recorded_at is
  'When it was posted; filter on this, the table is partitioned by it';
comment on column reporting.movements.booked_on is 'UTC date of recorded_at';
comment on column reporting.movements.occurred_at is 'When what it stands for happened: the start of the usage, say';
comment on column reporting.movements.occurred_on is 'UTC date of occurred_at; late usage is booked on a later day';
comment on column reporting.movements.kind is
  'usage; reversal of usage; top_up; adjustment by an operator; refund or dispute of a top-up. There may be more one day';
comment on column reporting.movements.amount is 'In units of the currency; above zero adds credit, below zero takes it';
comment on column reporting.movements.amount_micros is 'The same in millionths';
comment on column reporting.movements.balance_before is 'Credit before it, in units of the currency';
comment on column reporting.movements.balance_before_micros is 'The same in millionths';
comment on column reporting.movements.balance_after is 'Credit after it: before and amount added';
comment on column reporting.movements.balance_after_micros is 'The same in millionths';
comment on column reporting.movements.currency is 'Of the account, so of every amount in the row';
comment on column reporting.movements.event_id is
  'For usage and reversals: the usage event, or the correction, that made it; in rated_usage under the same recorded_at';
comment on column reporting.movements.top_up_id is 'For top-ups, refunds and disputes: the top-up';
comment on column reporting.movements.reverses_sequence is
  'The movement of this account that it takes back, whole or in part';
comment on column reporting.movements.actor is 'For adjustments: who made it';
comment on column reporting.movements.reason is 'For adjustments: why';

create view reporting.rated_usage as
select u.account_id,
       u.event_id,
       u.recorded_at,
       (u.recorded_at at time zone 'UTC')::date as booked_on,
       u.occurred_at,
       (u.occurred_at at time zone 'UTC')::date as occurred_on,
       u.type as usage_type,
       u.channel,
       u.direction,
       u.leg,
       u.user_id,
       u.interaction_id,
       u.agent_id,
       u.sku,
       u.corrects,
       u.from_country,
       u.to_country,
       u.to_type,
       case when u.type in ('call', 'toll_free', 'conversation_intelligence', 'voice_agent') then 'second'
            when u.type = 'message' then 'fragment'
            when u.type = 'other' then 'item' end as unit,
       u.quantity,
       u.units,
       u.outcome,
       u.reason,
       case when u.outcome = 'charged' or (u.outcome = 'reversed' and u.reason = 'correction') then 'credit'
            when u.outcome = 'invoiced' or (u.outcome = 'reversed' and u.reason = 'invoice_correction') then 'invoice'
            end as billed_to,
       u.amount_micros * 0.000001 as amount,
       u.amount_micros,
       u.currency,
       u.covered_minutes,
       u.minutes_left,
       u.cycle_start,
       u.deck,
       u.prefix,
       u.destination,
       u.catalog_version,
       u.settings_version,
       u.movement_sequence
  from tollgate.rated_usage u;
comment on view reporting.rated_usage is
  'One row a usage event or correction, charged or not, with the decision on it. '
  'An amount above zero takes credit (or goes on the invoice), below zero gives it back: the opposite of movements';
comment on column reporting.rated_usage.account_id is 'The account that used';
comment on column reporting.rated_usage.event_id is 'The usage event; recorded once an account';
comment on column reporting.rated_usage.recorded_at is
  'When it was rated and posted; filter on this, the table is partitioned by it. Its movement says the same instant';
comment on column reporting.rated_usage.booked_on is 'UTC date of recorded_at';
comment on column reporting.rated_usage.occurred_at is 'Start of the usage';
comment on column reporting.rated_usage.occurred_on is 'UTC date of occurred_at; late usage is booked on a later day';
comment on column reporting.rated_usage.usage_type is
  'call, toll_free, message, conversation_intelligence, voice_agent, other, or correction';
comment on column reporting.rated_usage.channel is 'Of a message: sms, mms, whatsapp';
comment on column reporting.rated_usage.direction is 'Of a call or message: outbound or inbound';
comment on column reporting.rated_usage.leg is 'Of a call: direct, or forwarded to another number';
comment on column reporting.rated_usage.user_id is 'Who used it, where the event says so';
comment on column reporting.rated_usage.interaction_id is
  'What belongs together: the call an analysis is of, the legs of a call';
comment on column reporting.rated_usage.agent_id is 'Of a voice agent''s session: the agent';
comment on column reporting.rated_usage.sku is 'Of other usage: the item';
comment on column reporting.rated_usage.corrects is 'Of a correction: event_id of the event that it takes back';
comment on column reporting.rated_usage.from_country is 'Country of the caller; null: unknown or withheld';
comment on column reporting.rated_usage.to_country is 'Country of the destination; null: unknown, or usage without one';
comment on column reporting.rated_usage.to_type is
  'Type of the destination: fixed, mobile, toll_free, premium, shared_cost, special';
comment on column reporting.rated_usage.unit is
  'What quantity and units count: second, fragment or item; null for a correction';
comment on column reporting.rated_usage.quantity is 'As used, before increments';
comment on column reporting.rated_usage.units is
  'As priced, after increments: the part that costs; 0 where nothing was priced';
comment on column reporting.rated_usage.outcome is
  'charged, covered by the plan, free, invoiced, reversed; pending: a correction whose event has not come; '
  'voided: an event corrected before it came';
comment on column reporting.rated_usage.reason is
  'Why. Of what credit did not pay: not_answered, emergency, inbound_standard, inbound_message, no_usage, '
  'in_package, included_in_plan, billed_on_invoice, awaiting_event, corrected';
comment on column reporting.rated_usage.billed_to is
  'Which purse amount is about: credit or invoice; null for usage that nobody pays for. '
  'A correction that gives back nothing says credit and 0';
comment on column reporting.rated_usage.amount is
  'In units of the currency; above zero takes credit or goes on the invoice, see billed_to; below zero gives back';
comment on column reporting.rated_usage.amount_micros is 'The same in millionths';
comment on column reporting.rated_usage.currency is 'Of the account';
comment on column reporting.rated_usage.covered_minutes is
  'Whole minutes that the package paid for and fair use counted; below zero where a correction gave them back';
comment on column reporting.rated_usage.minutes_left is
  'Fair-use minutes the user had before the call; null where no limit held';
comment on column reporting.rated_usage.cycle_start is 'First day of the billing cycle that the call was counted in';
comment on column reporting.rated_usage.deck is 'The price list, by its file in the catalog; null where none was used';
comment on column reporting.rated_usage.prefix is 'The number prefix that set the price';
comment on column reporting.rated_usage.destination is 'What the price list calls that prefix';
comment on column reporting.rated_usage.catalog_version is 'The catalog it was priced by; null where none was asked';
comment on column reporting.rated_usage.settings_version is 'The version of the account''s settings it was decided by';
comment on column reporting.rated_usage.movement_sequence is
  'Its movement: (account_id, sequence) of movements; null where credit did not move';

-- Aggregates over movements cannot be filtered by recorded_at any more, and no filter on a date computed from it reaches
-- the partitions. So the months stand outside and are joined laterally: a filter on booked_month chooses among them, and
-- each that is left reads its own partition only. A filter on account_id goes down to the primary key. The calendar
-- begins before the first release and ends with next month: a clock that posts outside it would be wrong by weeks.
-- Both tables name the bounds of the month, because the planner hands equalities on, but no ranges.
create view reporting.daily_totals as
select t.account_id,
       month.booked_month,
       t.booked_on,
       t.occurred_on,
       t.kind,
       t.usage_type,
       t.channel,
       case when t.usage_type in ('call', 'toll_free', 'conversation_intelligence', 'voice_agent') then 'second'
            when t.usage_type = 'message' then 'fragment'
            when t.usage_type = 'other' then 'item' end as unit,
       t.movements,
       t.units,
       t.amount_micros * 0.000001 as amount,
       t.amount_micros,
       t.currency
  from (
    select first_day::date as booked_month,
           first_day at time zone 'UTC' as begins_at,
           (first_day + interval '1 month') at time zone 'UTC' as ends_at
      from generate_series(timestamp '2026-01-01', (now() at time zone 'UTC') + interval '1 month', interval '1 month')
             as first_day
  ) as month
 cross join lateral (
    select m.account_id,
           m.currency,
           (m.recorded_at at time zone 'UTC')::date as booked_on,
           (m.occurred_at at time zone 'UTC')::date as occurred_on,
           m.kind,
           coalesce(original.type, u.type) as usage_type,
           coalesce(original.channel, u.channel) as channel,
           count(*) as movements,
           sum(case when m.kind = 'reversal' then -original.units else u.units end) as units,
           sum(m.amount_micros) as amount_micros
      from tollgate.movements m
      left join tollgate.rated_usage u
        on u.account_id = m.account_id and u.event_id = m.event_id and u.recorded_at = m.recorded_at
       and u.recorded_at >= month.begins_at and u.recorded_at < month.ends_at
      -- A reversal counts as what it takes back, which may be of any month. One row at the most, so no sum is doubled.
      left join lateral (
        select ou.type, ou.channel, ou.units
          from tollgate.movements o
          join tollgate.rated_usage ou
            on ou.account_id = o.account_id and ou.event_id = o.event_id and ou.recorded_at = o.recorded_at
         where m.kind = 'reversal' and o.account_id = m.account_id and o.sequence = m.reverses_sequence
         limit 1
      ) as original on true
     where m.recorded_at >= month.begins_at and m.recorded_at < month.ends_at
     group by 1, 2, 3, 4, 5, 6, 7
  ) as t;
comment on view reporting.daily_totals is
  'Movements summed by account, day booked, day occurred, kind and type of usage; sums to movements exactly. '
  'Filter on booked_month, or on account_id: that is what bounds the work';
comment on column reporting.daily_totals.account_id is 'The account whose credit moved';
comment on column reporting.daily_totals.booked_month is
  'First day of the month of booked_on. Filter on it also where booked_on is filtered on: it chooses the partitions';
comment on column reporting.daily_totals.booked_on is 'UTC date on which the movements were posted';
comment on column reporting.daily_totals.occurred_on is 'UTC date of what they stand for';
comment on column reporting.daily_totals.kind is
  'As in movements: usage, reversal, top_up, adjustment, refund, dispute';
comment on column reporting.daily_totals.usage_type is
  'Of usage: its type as in rated_usage; of a reversal: the type of what it takes back; else null';
comment on column reporting.daily_totals.channel is 'Of messages: sms, mms, whatsapp';
comment on column reporting.daily_totals.unit is 'What units counts: second, fragment or item';
comment on column reporting.daily_totals.movements is 'How many movements';
comment on column reporting.daily_totals.units is
  'Billed units; below zero for a reversal, so that both together are what stays billed; null where nothing is counted';
comment on column reporting.daily_totals.amount is
  'In units of the currency; above zero adds credit, below zero takes it';
comment on column reporting.daily_totals.amount_micros is 'The same in millionths';
comment on column reporting.daily_totals.currency is 'Of the account';

create view reporting.fair_use as
select c.account_id, c.user_id, c.cycle_start, c.cycle_anchor, c.minutes
  from tollgate.fair_use_counters c;
comment on view reporting.fair_use is
  'One row a user and billing cycle with covered calls: the minutes that the package paid for, less what corrections gave back';
comment on column reporting.fair_use.account_id is 'The account';
comment on column reporting.fair_use.user_id is 'The user';
comment on column reporting.fair_use.cycle_start is 'First day of the billing cycle, UTC';
comment on column reporting.fair_use.cycle_anchor is
  'The anchor the cycle was reckoned from: a changed anchor starts anew';
comment on column reporting.fair_use.minutes is 'Whole covered minutes so far';

create view reporting.dead_letters as
select d.topic,
       d.partition,
       d."offset" as message_offset,
       d.recorded_at,
       (d.recorded_at at time zone 'UTC')::date as booked_on,
       d.reason,
       d.account_id,
       d.event_id,
       d.replays,
       d.replayed_at,
       (d.replayed_at at time zone 'UTC')::date as replayed_on
  from tollgate.dead_letters d;
comment on view reporting.dead_letters is
  'One row a message that could not be rated, so was not charged; without its content. '
  'Mended at its source it may have come again';
comment on column reporting.dead_letters.topic is 'The topic it came on';
comment on column reporting.dead_letters.partition is 'Partition of that topic';
comment on column reporting.dead_letters.message_offset is 'Offset in that partition';
comment on column reporting.dead_letters.recorded_at is 'When it was refused; filter on this, it is indexed';
comment on column reporting.dead_letters.booked_on is 'UTC date of recorded_at';
comment on column reporting.dead_letters.reason is
  'invalid_event, invalid_number, unknown_account, no_rate, already_corrected, too_late, content_differs';
comment on column reporting.dead_letters.account_id is
  'As the message says it, so perhaps of no account; null: unreadable';
comment on column reporting.dead_letters.event_id is 'As the message says it; null: unreadable';
comment on column reporting.dead_letters.replays is 'How often it was put back on its topic';
comment on column reporting.dead_letters.replayed_at is 'When it was last put back; null: never';
comment on column reporting.dead_letters.replayed_on is 'UTC date of replayed_at';

-- The role. It belongs to the whole cluster: migrations of several databases may get here at the same moment, and some
-- databases do not let the program make roles. Neither fails the migration. It has no password until an administrator
-- gives it one. Its settings hold for who logs in as it, not for a member of it, and each session may change them: what
-- it may read and write is held by grants alone.
do $$
declare
  by_hand constant text := 'docs/ANALYSTS.md says what an administrator has to run in this database';
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'tollgate_reporting') then
    begin
      create role tollgate_reporting login;
    exception
      -- Another database's migration was first; this one has waited for it to commit.
      when duplicate_object or unique_violation then null;
      when insufficient_privilege then
        raise notice 'role tollgate_reporting cannot be created: %', sqlerrm using hint = by_hand;
        return;
    end;
  end if;

  -- Settings that somebody has chosen are left alone.
  if not exists (
    select from pg_catalog.pg_roles
     where rolname = 'tollgate_reporting' and array_to_string(rolconfig, ' ') like '%statement_timeout=%'
  ) then
    begin
      alter role tollgate_reporting set default_transaction_read_only = on;
      alter role tollgate_reporting set statement_timeout = '30s';
      alter role tollgate_reporting set idle_in_transaction_session_timeout = '30s';
      alter role tollgate_reporting set lock_timeout = '2s';
    exception
      when unique_violation then null;
      when internal_error then
        -- Another database's migration has written the same settings meanwhile.
        if sqlerrm <> 'tuple concurrently updated' then raise; end if;
      when insufficient_privilege then
        raise notice 'settings of role tollgate_reporting cannot be written: %', sqlerrm using hint = by_hand;
    end;
  end if;

  grant usage on schema reporting to tollgate_reporting;
  grant select on all tables in schema reporting to tollgate_reporting;
  alter default privileges in schema reporting grant select on tables to tollgate_reporting;
end
$$;
