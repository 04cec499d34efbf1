-- usage_by_day_and by whole months, so that a quarter of an account with hundreds of users reads a third of the rows. Written
-- by the same statement of the roll-up as the days, so the two never differ (src/reporting/roll-up.ts).
create table tollgate.usage_by_month_and (
  account_id text collate "C" not null,
  what text collate "C" not null check (what in ('kind', 'user', 'destination')),
  begins_on date not null check (extract(day from begins_on) = 1),
  id text collate "C" not null,
  movements bigint not null,
  units bigint not null,
  amount_micros bigint not null,
  reversed_units bigint not null,
  reversed_micros bigint not null,
  primary key (account_id, what, begins_on, id)
) with (fillfactor = 80);
comment on table tollgate.usage_by_month_and is 'usage_by_day_and summed by the month, in UTC, in which the days are';
comment on column tollgate.usage_by_month_and.begins_on is 'The first day of the month';

-- A process of the version before, still at work, would add to the days alone.
lock table tollgate.usage_by_day_and in share mode;
insert into tollgate.usage_by_month_and
select account_id, what, date_trunc('month', booked_on)::date, id, sum(movements)::bigint, sum(units)::bigint,
       sum(amount_micros)::bigint, sum(reversed_units)::bigint, sum(reversed_micros)::bigint
  from tollgate.usage_by_day_and
 group by 1, 2, 3, 4;
