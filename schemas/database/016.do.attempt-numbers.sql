-- An attempt's number is unique within its top-up. A payment that was adopted after a restore may share its number with the
-- attempt that followed. Only such top-ups are numbered anew, in the order in which their payments were prepared.
with shared as (
  select distinct top_up_id from tollgate.top_up_attempts group by top_up_id, number having count(*) > 1
), renumbered as (
  select attempt_id, row_number() over (partition by top_up_id order by number, prepared_at, attempt_id)::integer as number
    from tollgate.top_up_attempts
   where top_up_id in (select top_up_id from shared)
)
update tollgate.top_up_attempts t set number = renumbered.number
  from renumbered
 where renumbered.attempt_id = t.attempt_id;

update tollgate.top_ups t set attempts = last.number
  from (select top_up_id, max(number) as number from tollgate.top_up_attempts group by top_up_id) as last
 where last.top_up_id = t.top_up_id and last.number > t.attempts;

alter table tollgate.top_up_attempts
  add constraint top_up_attempts_number_in_top_up unique (top_up_id, number);
-- The constraint's index serves its queries.
drop index tollgate.top_up_attempts_by_top_up;

comment on column tollgate.consumer_offsets.restored_below is
  'Kafka''s offset for which the epoch has been raised already; -1: raised by a rater that found the restore';
