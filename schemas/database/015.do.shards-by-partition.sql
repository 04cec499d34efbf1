-- A shard is told by the hash that decides the partition. What waits in the outbox was put into a shard by another one, and
-- what is put there from now on could overtake it.
do $$
declare
  unsent bigint;
begin
  select count(*) into unsent from tollgate.outbox_packs;
  if unsent > 0 then
    raise exception 'the outbox holds % packs that the version before has not published', unsent
      using hint = 'stop whatever writes to the ledger, let the relay of that version empty the outbox, then migrate';
  end if;
end
$$;

-- The live view keeps accounts by shard too: none of it is vouched for until it is built anew.
update tollgate.live_view_shards set misses = misses + 1;
