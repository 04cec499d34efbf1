-- The database as the migrations beside this file leave it, for reading and for review: nothing runs it.
-- Made by `npm run schema:dump`; a test fails while it differs from what the migrations make.
-- The partitions of months are not here: the program makes them, see src/ledger/upkeep/month-partitions.ts.

CREATE SCHEMA tollgate;

CREATE OR REPLACE FUNCTION tollgate.refuse_all_but_clearing_numbers()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (to_jsonb(new) - 'from_number' - 'to_number') is distinct from (to_jsonb(old) - 'from_number' - 'to_number')
     or (new.from_number is not null and new.from_number is distinct from old.from_number)
     or (new.to_number is not null and new.to_number is distinct from old.to_number) then
    raise exception 'UPDATE of %.% is refused: all that may change is that numbers are cleared', tg_table_schema, tg_table_name
      using errcode = 'restrict_violation';
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION tollgate.refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception '% of %.% is refused: it is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'restrict_violation', hint = 'What was wrong is taken back by a row of its own.';
end
$function$;

CREATE SEQUENCE tollgate.outbox_pack_id AS bigint START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1;

CREATE TABLE tollgate.account_settings (
  account_id text COLLATE "C" NOT NULL,
  version integer NOT NULL,
  tariff text NOT NULL,
  packages jsonb NOT NULL,
  billing_cycle_anchor date NOT NULL,
  fair_use_minutes_per_user integer,
  conversation_intelligence text NOT NULL,
  voice_agent text NOT NULL,
  contacts jsonb NOT NULL,
  recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  low_alert_level_micros bigint,
  custom_alert_level_micros bigint,
  actor text,
  auto_top_up_is_on boolean DEFAULT false NOT NULL,
  auto_top_up_threshold_micros bigint,
  auto_top_up_amount_micros bigint,
  auto_top_up_monthly_cap_micros bigint,
  CONSTRAINT account_settings_pkey PRIMARY KEY (account_id, version),
  CONSTRAINT account_settings_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT account_settings_auto_top_up_amount_micros_check CHECK (auto_top_up_amount_micros > 0),
  CONSTRAINT account_settings_auto_top_up_monthly_cap_micros_check CHECK (auto_top_up_monthly_cap_micros > 0),
  CONSTRAINT account_settings_auto_top_up_threshold_micros_check CHECK (auto_top_up_threshold_micros > 0),
  CONSTRAINT account_settings_conversation_intelligence_check CHECK (conversation_intelligence = ANY (ARRAY['credit'::text, 'invoice'::text, 'included'::text])),
  CONSTRAINT account_settings_custom_alert_level_micros_check CHECK (custom_alert_level_micros > 0),
  CONSTRAINT account_settings_fair_use_minutes_per_user_check CHECK (fair_use_minutes_per_user >= 0),
  CONSTRAINT account_settings_low_alert_level_micros_check CHECK (low_alert_level_micros > 0),
  CONSTRAINT account_settings_version_check CHECK (version > 0),
  CONSTRAINT account_settings_voice_agent_check CHECK (voice_agent = ANY (ARRAY['credit'::text, 'invoice'::text, 'included'::text])),
  CONSTRAINT auto_top_up_is_set_up_whole CHECK ((auto_top_up_threshold_micros IS NULL) = (auto_top_up_amount_micros IS NULL) AND (auto_top_up_amount_micros IS NOT NULL OR NOT auto_top_up_is_on AND auto_top_up_monthly_cap_micros IS NULL))
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON tollgate.account_settings FOR EACH ROW EXECUTE FUNCTION tollgate.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.account_settings FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();
COMMENT ON TABLE tollgate.account_settings IS 'Append-only: a change is a new version';
COMMENT ON COLUMN tollgate.account_settings.low_alert_level_micros IS 'Null: 10 units of the currency';
COMMENT ON COLUMN tollgate.account_settings.custom_alert_level_micros IS 'Chosen by the customer; null: none';
COMMENT ON COLUMN tollgate.account_settings.actor IS 'Who changed them; null where that is not kept';
COMMENT ON COLUMN tollgate.account_settings.auto_top_up_threshold_micros IS 'Charged while the balance is below it; null: never set up';
COMMENT ON COLUMN tollgate.account_settings.auto_top_up_amount_micros IS 'What each automatic top-up charges';
COMMENT ON COLUMN tollgate.account_settings.auto_top_up_monthly_cap_micros IS 'The most charged in a UTC month; null: no cap';

CREATE TABLE tollgate.accounts (
  account_id text COLLATE "C" NOT NULL,
  currency text NOT NULL,
  settings_version integer NOT NULL,
  balance_micros bigint DEFAULT 0 NOT NULL,
  last_sequence bigint DEFAULT 0 NOT NULL,
  balance_version bigint DEFAULT 0 NOT NULL,
  status text DEFAULT 'active'::text NOT NULL,
  status_version bigint DEFAULT 0 NOT NULL,
  status_since timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  alert_version bigint DEFAULT 0 NOT NULL,
  is_low boolean DEFAULT true NOT NULL,
  is_below_custom_level boolean DEFAULT false NOT NULL,
  auto_top_up_below_micros bigint,
  top_up_version bigint DEFAULT 0 NOT NULL,
  closed_at timestamp with time zone,
  closed_by text,
  CONSTRAINT accounts_pkey PRIMARY KEY (account_id),
  CONSTRAINT accounts_check CHECK ((status = 'blocked'::text) = (balance_micros <= 0)),
  CONSTRAINT accounts_currency_check CHECK (currency = ANY (ARRAY['EUR'::text, 'USD'::text])),
  CONSTRAINT accounts_settings_version_check CHECK (settings_version > 0),
  CONSTRAINT accounts_status_check CHECK (status = ANY (ARRAY['active'::text, 'blocked'::text])),
  CONSTRAINT closed_by_somebody CHECK (closed_by IS NULL OR closed_at IS NOT NULL)
) WITH (fillfactor=50);
COMMENT ON COLUMN tollgate.accounts.alert_version IS 'Version of the newest alert, 0 before the first';
COMMENT ON COLUMN tollgate.accounts.is_low IS 'Crossed its low level and has not been back at 110 % of it since: the next alert waits for that';
COMMENT ON COLUMN tollgate.accounts.is_below_custom_level IS 'The same for the level the customer chose; false without one';
COMMENT ON COLUMN tollgate.accounts.auto_top_up_below_micros IS 'A balance below it asks for an automatic top-up; null: off, closed, paused, one open, without a method, or waiting at a limit';
COMMENT ON COLUMN tollgate.accounts.top_up_version IS 'Version of the newest top-up event, 0 before the first';
COMMENT ON COLUMN tollgate.accounts.closed_at IS 'Since when nothing is charged any more; null: open';
COMMENT ON COLUMN tollgate.accounts.closed_by IS 'Who closed it; null: it is open';

CREATE TABLE tollgate.alert_crossings (
  account_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  crossed_at timestamp with time zone NOT NULL,
  CONSTRAINT alert_crossings_pkey PRIMARY KEY (account_id, kind),
  CONSTRAINT alert_crossings_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT alert_crossings_kind_check CHECK (kind = ANY (ARRAY['low'::text, 'custom_level'::text, 'exhausted'::text]))
);
COMMENT ON TABLE tollgate.alert_crossings IS 'The newest alert of each level of an account; those raised before this table was there are not in it';
COMMENT ON COLUMN tollgate.alert_crossings.version IS 'Of the alert, as credit.alerts.v1 has it';

CREATE TABLE tollgate.api_key_secrets (
  key_id text COLLATE "C" NOT NULL,
  secret_hash bytea NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  expires_at timestamp with time zone,
  CONSTRAINT api_key_secrets_pkey PRIMARY KEY (secret_hash),
  CONSTRAINT api_key_secrets_key_id_fkey FOREIGN KEY (key_id) REFERENCES tollgate.api_keys(key_id)
);
CREATE INDEX api_key_secrets_by_key ON tollgate.api_key_secrets USING btree (key_id);
CREATE UNIQUE INDEX api_key_secrets_newest ON tollgate.api_key_secrets USING btree (key_id) WHERE (expires_at IS NULL);
COMMENT ON COLUMN tollgate.api_key_secrets.secret_hash IS 'SHA-256 of the secret, which is random and kept nowhere';
COMMENT ON COLUMN tollgate.api_key_secrets.expires_at IS 'Null: while the key is not revoked';

CREATE TABLE tollgate.api_keys (
  key_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  scopes text[] NOT NULL,
  account_ids text[],
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  created_by text NOT NULL,
  last_used_at timestamp with time zone,
  rotated_at timestamp with time zone,
  rotated_by text,
  revoked_at timestamp with time zone,
  revoked_by text,
  CONSTRAINT api_keys_pkey PRIMARY KEY (key_id),
  CONSTRAINT api_keys_account_ids_check CHECK (cardinality(account_ids) > 0),
  CONSTRAINT api_keys_check CHECK ((rotated_at IS NULL) = (rotated_by IS NULL)),
  CONSTRAINT api_keys_check1 CHECK ((revoked_at IS NULL) = (revoked_by IS NULL)),
  CONSTRAINT api_keys_name_check CHECK (name <> ''::text)
);
COMMENT ON COLUMN tollgate.api_keys.account_ids IS 'The accounts it is for; null: all of them, and the installation';
COMMENT ON COLUMN tollgate.api_keys.last_used_at IS 'To the minute; null: never';

CREATE TABLE tollgate.auto_top_up_memory (
  account_id text COLLATE "C" NOT NULL,
  declines_in_a_row integer DEFAULT 0 NOT NULL,
  declined_method_id text,
  paused_since timestamp with time zone,
  pause_reason text,
  pause_code text,
  pause_method_id text,
  waits_until timestamp with time zone,
  waits_for text,
  CONSTRAINT auto_top_up_memory_pkey PRIMARY KEY (account_id),
  CONSTRAINT auto_top_up_memory_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT auto_top_up_memory_check CHECK ((paused_since IS NULL) = (pause_reason IS NULL)),
  CONSTRAINT auto_top_up_memory_check1 CHECK ((waits_until IS NULL) = (waits_for IS NULL)),
  CONSTRAINT auto_top_up_memory_declines_in_a_row_check CHECK (declines_in_a_row >= 0)
);
COMMENT ON COLUMN tollgate.auto_top_up_memory.declined_method_id IS 'The card that the declines are of; null: no row of them';
COMMENT ON COLUMN tollgate.auto_top_up_memory.paused_since IS 'Null: not paused; a pause is ended by a person';
COMMENT ON COLUMN tollgate.auto_top_up_memory.pause_method_id IS 'The method that it happened with; null: with none';
COMMENT ON COLUMN tollgate.auto_top_up_memory.waits_until IS 'When a limit allows the next automatic top-up; null: no limit is waited for';
COMMENT ON COLUMN tollgate.auto_top_up_memory.waits_for IS 'The limit: monthly_cap or day_limit';

CREATE TABLE tollgate.awaited_corrections (
  account_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  correction_id text COLLATE "C" NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  expired_at timestamp with time zone,
  topic text,
  partition integer,
  "offset" bigint,
  value_hash bytea,
  key bytea,
  original bytea,
  headers json,
  CONSTRAINT awaited_corrections_pkey PRIMARY KEY (account_id, event_id)
);
CREATE INDEX awaited_corrections_by_recorded_at ON tollgate.awaited_corrections USING btree (recorded_at) WHERE (expired_at IS NULL);
COMMENT ON COLUMN tollgate.awaited_corrections.event_id IS 'The event that is awaited';
COMMENT ON COLUMN tollgate.awaited_corrections.expired_at IS 'When it was given up; null while it waits';
COMMENT ON COLUMN tollgate.awaited_corrections.topic IS 'Where the correction came from, with partition and offset; null for one that was recorded before that was kept';
COMMENT ON COLUMN tollgate.awaited_corrections.value_hash IS 'As in dead_letters, where it goes when it is given up';
COMMENT ON COLUMN tollgate.awaited_corrections.key IS 'The key of its message as it came';
COMMENT ON COLUMN tollgate.awaited_corrections.original IS 'The value of its message as it came';
COMMENT ON COLUMN tollgate.awaited_corrections.headers IS 'The headers of its message, as in dead_letters';

CREATE TABLE tollgate.catalog_versions (
  version integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  content_hash text NOT NULL,
  files jsonb NOT NULL,
  author text NOT NULL,
  comment text NOT NULL,
  in_force_from timestamp with time zone NOT NULL,
  published_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT catalog_versions_pkey PRIMARY KEY (version)
);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON tollgate.catalog_versions FOR EACH ROW EXECUTE FUNCTION tollgate.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.catalog_versions FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();
COMMENT ON TABLE tollgate.catalog_versions IS 'Immutable catalogs, whole; files maps file name to text';

CREATE TABLE tollgate.consents (
  consent_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  settings_version integer NOT NULL,
  person text NOT NULL,
  attested_by text,
  text text NOT NULL,
  text_version text NOT NULL,
  locale text NOT NULL,
  threshold_micros bigint NOT NULL,
  amount_micros bigint NOT NULL,
  monthly_cap_micros bigint,
  method_id text COLLATE "C",
  CONSTRAINT consents_pkey PRIMARY KEY (consent_id),
  CONSTRAINT consents_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id)
);
CREATE INDEX consents_by_account ON tollgate.consents USING btree (account_id, recorded_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON tollgate.consents FOR EACH ROW EXECUTE FUNCTION tollgate.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.consents FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();
COMMENT ON TABLE tollgate.consents IS 'Append-only: who agreed to be charged, to which text and which figures';
COMMENT ON COLUMN tollgate.consents.settings_version IS 'The settings in force with it';
COMMENT ON COLUMN tollgate.consents.attested_by IS 'Who vouches for the person; null: the person''s own session';

CREATE TABLE tollgate.consumer_offsets (
  consumer_group text NOT NULL,
  topic text NOT NULL,
  partition integer NOT NULL,
  next_offset bigint NOT NULL,
  restored_below bigint,
  CONSTRAINT consumer_offsets_pkey PRIMARY KEY (consumer_group, topic, partition)
) WITH (fillfactor=50);
COMMENT ON COLUMN tollgate.consumer_offsets.restored_below IS 'Kafka''s offset for which the epoch has been raised already; -1: raised by a rater that found the restore';

CREATE TABLE tollgate.dead_letters (
  topic text NOT NULL,
  partition integer NOT NULL,
  "offset" bigint NOT NULL,
  value_hash bytea NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  account_id text,
  event_id text,
  recorded_at timestamp with time zone NOT NULL,
  original bytea,
  key bytea,
  headers json DEFAULT '[]'::json NOT NULL,
  replays integer DEFAULT 0 NOT NULL,
  replayed_at timestamp with time zone,
  CONSTRAINT dead_letters_pkey PRIMARY KEY (topic, partition, "offset", value_hash)
);
CREATE INDEX dead_letters_by_recorded_at ON tollgate.dead_letters USING btree (recorded_at);
CREATE INDEX dead_letters_with_original ON tollgate.dead_letters USING btree (recorded_at) WHERE (original IS NOT NULL);
COMMENT ON COLUMN tollgate.dead_letters.original IS 'The value as it came; null for a tombstone, for one noted before values were kept, and once the retention of phone numbers is over';
COMMENT ON COLUMN tollgate.dead_letters.headers IS 'A list of {name, value}, the value in base64 or null; json and not jsonb, which refuses some names';
COMMENT ON COLUMN tollgate.dead_letters.replays IS 'How often it was put back on its topic';

CREATE TABLE tollgate.display_names (
  account_id text COLLATE "C" NOT NULL,
  user_id text NOT NULL,
  name text NOT NULL,
  updated_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  updated_by text NOT NULL,
  CONSTRAINT display_names_pkey PRIMARY KEY (account_id, user_id),
  CONSTRAINT display_names_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT display_names_name_check CHECK (name <> ''::text)
);
COMMENT ON TABLE tollgate.display_names IS 'What a user is called where the account is shown; erased, the id is shown';

CREATE TABLE tollgate.export_parts (
  export_id text COLLATE "C" NOT NULL,
  part integer NOT NULL,
  through_sequence bigint NOT NULL,
  content bytea STORAGE EXTERNAL NOT NULL,
  CONSTRAINT export_parts_pkey PRIMARY KEY (export_id, part),
  CONSTRAINT export_parts_export_id_fkey FOREIGN KEY (export_id) REFERENCES tollgate.exports(export_id)
);
COMMENT ON TABLE tollgate.export_parts IS 'What an export''s file is put together from, in order; deleted once it has expired';
COMMENT ON COLUMN tollgate.export_parts.content IS 'Gzip of a piece of the file; pieces of gzip in a row are gzip';

CREATE TABLE tollgate.exports (
  export_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  requested_by text NOT NULL,
  asker text,
  time_zone text NOT NULL,
  from_at timestamp with time zone NOT NULL,
  to_at timestamp with time zone NOT NULL,
  currency text NOT NULL,
  after_sequence bigint NOT NULL,
  through_sequence bigint NOT NULL,
  opening_micros bigint NOT NULL,
  closing_micros bigint NOT NULL,
  state text DEFAULT 'preparing'::text NOT NULL,
  done_sequence bigint NOT NULL,
  parts integer DEFAULT 0 NOT NULL,
  added_micros bigint DEFAULT 0 NOT NULL,
  used_micros bigint DEFAULT 0 NOT NULL,
  other_micros bigint DEFAULT 0 NOT NULL,
  file_bytes bigint DEFAULT 0 NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  next_part_at timestamp with time zone NOT NULL,
  failure text,
  concluded_at timestamp with time zone,
  expires_at timestamp with time zone,
  CONSTRAINT exports_pkey PRIMARY KEY (export_id),
  CONSTRAINT exports_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT exports_check CHECK (from_at <= to_at),
  CONSTRAINT exports_check1 CHECK (after_sequence <= done_sequence AND done_sequence <= through_sequence),
  CONSTRAINT exports_check2 CHECK ((state = 'preparing'::text) = (concluded_at IS NULL)),
  CONSTRAINT exports_check3 CHECK ((state = 'failed'::text) = (failure IS NOT NULL)),
  CONSTRAINT exports_check4 CHECK ((state = ANY (ARRAY['ready'::text, 'expired'::text])) = (expires_at IS NOT NULL)),
  CONSTRAINT exports_state_check CHECK (state = ANY (ARRAY['preparing'::text, 'ready'::text, 'failed'::text, 'expired'::text])),
  CONSTRAINT ready_exports_add_up CHECK ((state <> ALL (ARRAY['ready'::text, 'expired'::text])) OR (opening_micros + added_micros - used_micros + other_micros) = closing_micros),
  CONSTRAINT ready_exports_are_whole CHECK ((state <> ALL (ARRAY['ready'::text, 'expired'::text])) OR done_sequence = through_sequence)
) WITH (fillfactor=70);
CREATE INDEX exports_by_account ON tollgate.exports USING btree (account_id, requested_at, export_id);
CREATE UNIQUE INDEX exports_one_preparing ON tollgate.exports USING btree (account_id) WHERE (state = 'preparing'::text);
CREATE INDEX exports_to_expire ON tollgate.exports USING btree (expires_at) WHERE (state = 'ready'::text);
CREATE INDEX exports_to_prepare ON tollgate.exports USING btree (next_part_at) WHERE (state = 'preparing'::text);
COMMENT ON TABLE tollgate.exports IS 'Files of an account''s movements of a period, asked for, under way, ready and gone';
COMMENT ON COLUMN tollgate.exports.asker IS 'The person who asked for it, and is mailed about it; null: a service or an operator did';
COMMENT ON COLUMN tollgate.exports.time_zone IS 'IANA name of the zone that the period was chosen in, for the mail';
COMMENT ON COLUMN tollgate.exports.from_at IS 'The period is half-open, by when movements were recorded';
COMMENT ON COLUMN tollgate.exports.to_at IS 'Not after requested_at: a period that reaches past it ends there';
COMMENT ON COLUMN tollgate.exports.after_sequence IS 'The last movement before the period; 0: none';
COMMENT ON COLUMN tollgate.exports.through_sequence IS 'The last that is in it or before, read under the account''s lock';
COMMENT ON COLUMN tollgate.exports.done_sequence IS 'Movements up to here are in parts';
COMMENT ON COLUMN tollgate.exports.added_micros IS 'Of the movements that are in parts, as used_micros and other_micros are';
COMMENT ON COLUMN tollgate.exports.file_bytes IS 'Of the file as it is sent, not compressed';
COMMENT ON COLUMN tollgate.exports.tries IS 'That failed since the last part';
COMMENT ON COLUMN tollgate.exports.next_part_at IS 'Since when it waits for its next part; later: it rests after a failure';
COMMENT ON COLUMN tollgate.exports.failure IS 'The code of the last failure; null unless failed';
COMMENT ON COLUMN tollgate.exports.expires_at IS 'Until when the file can be downloaded';

CREATE TABLE tollgate.fair_use_counters (
  account_id text COLLATE "C" NOT NULL,
  user_id text NOT NULL,
  cycle_anchor date NOT NULL,
  cycle_start date NOT NULL,
  minutes integer NOT NULL,
  version bigint DEFAULT 1 NOT NULL,
  CONSTRAINT fair_use_counters_pkey PRIMARY KEY (account_id, user_id, cycle_anchor, cycle_start),
  CONSTRAINT fair_use_counters_minutes_check CHECK (minutes >= 0)
) WITH (fillfactor=70);
COMMENT ON COLUMN tollgate.fair_use_counters.version IS 'Grows by one with every change';

CREATE TABLE tollgate.ledger_epoch (
  only_row boolean DEFAULT true NOT NULL,
  epoch integer NOT NULL,
  began_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  reason text DEFAULT 'created'::text NOT NULL,
  CONSTRAINT ledger_epoch_pkey PRIMARY KEY (only_row),
  CONSTRAINT ledger_epoch_epoch_check CHECK (epoch > 0),
  CONSTRAINT ledger_epoch_only_row_check CHECK (only_row)
);

CREATE TABLE tollgate.live_view_shards (
  shard smallint NOT NULL,
  misses bigint DEFAULT 1 NOT NULL,
  misses_mended bigint DEFAULT 0 NOT NULL,
  CONSTRAINT live_view_shards_pkey PRIMARY KEY (shard)
);
COMMENT ON TABLE tollgate.live_view_shards IS 'A shard without a row was never built';

CREATE TABLE tollgate.mails (
  mail_id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  contact_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  occurrence text COLLATE "C" NOT NULL,
  figures jsonb NOT NULL,
  message_id uuid DEFAULT gen_random_uuid() NOT NULL,
  created_at timestamp with time zone NOT NULL,
  state text COLLATE "C" DEFAULT 'waiting'::text NOT NULL,
  reason text,
  tries integer DEFAULT 0 NOT NULL,
  next_try_at timestamp with time zone NOT NULL,
  claimed_until timestamp with time zone,
  done_at timestamp with time zone,
  CONSTRAINT mails_pkey PRIMARY KEY (mail_id),
  CONSTRAINT mails_account_id_contact_id_kind_occurrence_key UNIQUE (account_id, contact_id, kind, occurrence),
  CONSTRAINT mails_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT mails_check CHECK ((state = 'waiting'::text) = (done_at IS NULL)),
  CONSTRAINT mails_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'sent'::text, 'refused'::text, 'dropped'::text]))
) WITH (fillfactor=80);
CREATE INDEX mails_by_age ON tollgate.mails USING btree (created_at);
CREATE INDEX mails_refused ON tollgate.mails USING btree (created_at) WHERE (state = 'refused'::text);
CREATE INDEX mails_waiting ON tollgate.mails USING btree (next_try_at) WHERE (state = 'waiting'::text);
COMMENT ON TABLE tollgate.mails IS 'Mail to contacts, one row a recipient and happening; kept for 30 days';
COMMENT ON COLUMN tollgate.mails.contact_id IS 'By the account''s settings; the address is that of the contact when it is sent';
COMMENT ON COLUMN tollgate.mails.occurrence IS 'Names the happening among those of its kind';
COMMENT ON COLUMN tollgate.mails.figures IS 'As they were then; what they are by kind is in src/core/mail/mail.ts';
COMMENT ON COLUMN tollgate.mails.message_id IS 'Of every try to send it: what precedes the @ of its Message-ID';
COMMENT ON COLUMN tollgate.mails.reason IS 'Of the last try that failed, or why it is not sent; holds no address';
COMMENT ON COLUMN tollgate.mails.claimed_until IS 'Until then it is being sent; null, or over: it is not';

CREATE TABLE tollgate.method_setups (
  setup_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  provider text NOT NULL,
  provider_setup_id text,
  method_id text COLLATE "C" NOT NULL,
  url text,
  return_url text NOT NULL,
  makes_default boolean NOT NULL,
  consent jsonb,
  actor text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  looked_at timestamp with time zone,
  state text DEFAULT 'open'::text NOT NULL,
  is_default boolean,
  refusal text,
  concluded_at timestamp with time zone,
  CONSTRAINT method_setups_pkey PRIMARY KEY (setup_id),
  CONSTRAINT method_setups_provider_provider_setup_id_key UNIQUE (provider, provider_setup_id),
  CONSTRAINT method_setups_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT method_setups_check CHECK ((state = 'open'::text) = (concluded_at IS NULL)),
  CONSTRAINT method_setups_state_check CHECK (state = ANY (ARRAY['open'::text, 'saved'::text, 'canceled'::text, 'expired'::text]))
);
CREATE INDEX method_setups_by_account ON tollgate.method_setups USING btree (account_id, created_at);
CREATE INDEX method_setups_open ON tollgate.method_setups USING btree (looked_at NULLS FIRST) WHERE (state = 'open'::text);
COMMENT ON COLUMN tollgate.method_setups.provider_setup_id IS 'Null, as url and expires_at are: the provider was not asked yet, or has not answered';
COMMENT ON COLUMN tollgate.method_setups.method_id IS 'What the card will be called here once it is saved';
COMMENT ON COLUMN tollgate.method_setups.return_url IS 'Where the customer goes back to; never taken from the request that returns';
COMMENT ON COLUMN tollgate.method_setups.consent IS 'Given before the visit, for the card to become what automatic top-up charges; null: none';
COMMENT ON COLUMN tollgate.method_setups.looked_at IS 'When the provider was last asked about it; null: never';
COMMENT ON COLUMN tollgate.method_setups.is_default IS 'Whether the card became the default; null until it is saved';
COMMENT ON COLUMN tollgate.method_setups.refusal IS 'Why a saved card did not become the default as was wished; null: it did, or none wished it';

CREATE TABLE tollgate.movement_chunks (
  account_id text COLLATE "C" NOT NULL,
  chunk integer NOT NULL,
  first_recorded_at timestamp with time zone NOT NULL,
  last_recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT movement_chunks_pkey PRIMARY KEY (account_id, chunk),
  CONSTRAINT movement_chunks_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT movement_chunks_chunk_check CHECK (chunk >= 0)
);
COMMENT ON TABLE tollgate.movement_chunks IS 'The chunks of an account that are indexed: chunk n has sequences 1024 n + 1 to 1024 (n + 1)';
COMMENT ON COLUMN tollgate.movement_chunks.first_recorded_at IS 'The least recorded_at of its movements, whatever their order';
COMMENT ON COLUMN tollgate.movement_chunks.last_recorded_at IS 'The greatest';

CREATE TABLE tollgate.movement_index (
  account_id text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  chunk integer NOT NULL,
  sequences bit(1024) NOT NULL,
  CONSTRAINT movement_index_pkey PRIMARY KEY (account_id, what, id, chunk),
  CONSTRAINT movement_index_what_check CHECK (what = ANY (ARRAY['kind'::text, 'user'::text, 'destination'::text, 'sku'::text, 'direction'::text]))
);
COMMENT ON TABLE tollgate.movement_index IS 'Which movements of a chunk are of a kind, user, destination, SKU or direction; those of none have no row';
COMMENT ON COLUMN tollgate.movement_index.id IS 'Of usage two kinds: usage, and that of usage_by_day. A reversal is of the user, destination and SKU of what it takes back. Destinations are in lower case, cut to what an index takes; of a user or SKU too long for one the SHA-256; directions are in and out';
COMMENT ON COLUMN tollgate.movement_index.sequences IS 'Bit n, from 0 on the left: the (n + 1)th sequence of the chunk';

CREATE TABLE tollgate.movement_interactions (
  account_id text COLLATE "C" NOT NULL,
  interaction_hash bigint NOT NULL,
  sequence bigint NOT NULL,
  CONSTRAINT movement_interactions_pkey PRIMARY KEY (account_id, interaction_hash, sequence)
);
COMMENT ON TABLE tollgate.movement_interactions IS 'Movements of the chunks by interaction, where that is not the id of their event; a reversal also by that of what it takes back';
COMMENT ON COLUMN tollgate.movement_interactions.interaction_hash IS 'hashtextextended(interaction_id, 0): those found may be of another one';

CREATE TABLE tollgate.movements (
  account_id text COLLATE "C" NOT NULL,
  sequence bigint NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  kind text NOT NULL,
  amount_micros bigint NOT NULL,
  balance_before_micros bigint NOT NULL,
  balance_after_micros bigint NOT NULL,
  currency text NOT NULL,
  event_id text COLLATE "C",
  actor text,
  reason text,
  top_up_id text COLLATE "C",
  reverses_sequence bigint,
  CONSTRAINT movements_pkey PRIMARY KEY (account_id, sequence, recorded_at),
  CONSTRAINT adjustments_name_actor_and_reason CHECK (kind <> 'adjustment'::text OR actor IS NOT NULL AND reason IS NOT NULL),
  CONSTRAINT movements_amount_micros_check CHECK (amount_micros <> 0),
  CONSTRAINT movements_check CHECK (balance_after_micros = (balance_before_micros + amount_micros)),
  CONSTRAINT movements_kind CHECK (kind = ANY (ARRAY['usage'::text, 'reversal'::text, 'top_up'::text, 'adjustment'::text, 'refund'::text, 'dispute'::text])),
  CONSTRAINT movements_of_payments_name_their_top_up CHECK ((kind = ANY (ARRAY['top_up'::text, 'refund'::text, 'dispute'::text])) = (top_up_id IS NOT NULL)),
  CONSTRAINT movements_of_usage_name_their_event CHECK ((kind = ANY (ARRAY['usage'::text, 'reversal'::text])) = (event_id IS NOT NULL)),
  CONSTRAINT movements_sequence_check CHECK (sequence > 0),
  CONSTRAINT movements_take_back_earlier_ones CHECK (reverses_sequence < sequence),
  CONSTRAINT movements_that_take_back_name_the_original CHECK ((kind = ANY (ARRAY['reversal'::text, 'refund'::text, 'dispute'::text])) = (reverses_sequence IS NOT NULL))
) PARTITION BY RANGE (recorded_at);
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON tollgate.movements FOR EACH ROW EXECUTE FUNCTION tollgate.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.movements FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();
COMMENT ON COLUMN tollgate.movements.recorded_at IS 'When it was posted: what the partitions are made by';
COMMENT ON COLUMN tollgate.movements.occurred_at IS 'When what it stands for happened';
COMMENT ON COLUMN tollgate.movements.kind IS 'usage; reversal of usage; top_up; adjustment by an operator; refund or dispute of a top-up (above zero where a dispute was won)';
COMMENT ON COLUMN tollgate.movements.amount_micros IS 'Above zero adds credit, below zero takes it';
COMMENT ON COLUMN tollgate.movements.event_id IS 'The usage event, or the correction, that made it';
COMMENT ON COLUMN tollgate.movements.top_up_id IS 'The top-up it credits or takes back';
COMMENT ON COLUMN tollgate.movements.reverses_sequence IS 'The movement of this account that it takes back, whole or in part';

CREATE TABLE tollgate.movements_default PARTITION OF tollgate.movements DEFAULT;
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.movements_default FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();

CREATE TABLE tollgate.notice_dismissals (
  account_id text COLLATE "C" NOT NULL,
  person text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  occurrence text COLLATE "C" NOT NULL,
  dismissed_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT notice_dismissals_pkey PRIMARY KEY (account_id, person, key, occurrence),
  CONSTRAINT notice_dismissals_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id)
);
COMMENT ON TABLE tollgate.notice_dismissals IS 'Notices that a person does not want to see any more; others of the account still do';
COMMENT ON COLUMN tollgate.notice_dismissals.occurrence IS 'The happening that is dismissed: the next one of the same key is shown';

CREATE TABLE tollgate.number_clearing (
  partition_name text COLLATE "C" NOT NULL,
  file_node oid NOT NULL,
  is_whole boolean DEFAULT false NOT NULL,
  next_block bigint DEFAULT 0 NOT NULL,
  done_at timestamp with time zone,
  CONSTRAINT number_clearing_pkey PRIMARY KEY (partition_name)
) WITH (fillfactor=50);
COMMENT ON COLUMN tollgate.number_clearing.file_node IS 'Of the table whose blocks are counted: one that was rewritten is begun anew';
COMMENT ON COLUMN tollgate.number_clearing.is_whole IS 'It is gone through whole, now that all of it is due; false: as far as rows have come due';
COMMENT ON COLUMN tollgate.number_clearing.next_block IS 'What stands before is cleared';
COMMENT ON COLUMN tollgate.number_clearing.done_at IS 'When its end was reached; a month is not read again, the default partition a day later';

CREATE TABLE tollgate.outbox_packs (
  pack_id bigint NOT NULL,
  shard smallint NOT NULL,
  lane text NOT NULL,
  message_count integer NOT NULL,
  messages bytea NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  view_changes bytea,
  CONSTRAINT outbox_packs_pkey PRIMARY KEY (shard, lane, pack_id),
  CONSTRAINT outbox_packs_lane_check CHECK (lane = ANY (ARRAY['now'::text, 'record'::text]))
);
COMMENT ON COLUMN tollgate.outbox_packs.view_changes IS 'For the live view, in its own encoding; null where nothing is new to it';

CREATE TABLE tollgate.payment_customers (
  provider text NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  customer_id text NOT NULL,
  is_mark_due boolean DEFAULT false NOT NULL,
  CONSTRAINT payment_customers_pkey PRIMARY KEY (provider, account_id),
  CONSTRAINT payment_customers_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id)
);
CREATE INDEX payment_customers_mark_due ON tollgate.payment_customers USING btree (provider, account_id) WHERE is_mark_due;
COMMENT ON COLUMN tollgate.payment_customers.is_mark_due IS 'The provider is to be told how far the account''s settings have come';

CREATE TABLE tollgate.payment_methods (
  method_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  provider text NOT NULL,
  provider_method_id text NOT NULL,
  brand text NOT NULL,
  last4 text NOT NULL,
  expiry_month integer NOT NULL,
  expiry_year integer NOT NULL,
  is_default boolean NOT NULL,
  actor text NOT NULL,
  added_at timestamp with time zone NOT NULL,
  removed_at timestamp with time zone,
  removed_by text,
  detached_at timestamp with time zone,
  looked_at timestamp with time zone,
  CONSTRAINT payment_methods_pkey PRIMARY KEY (method_id),
  CONSTRAINT payment_methods_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT payment_methods_expiry_month_check CHECK (expiry_month >= 1 AND expiry_month <= 12),
  CONSTRAINT payment_methods_last4_check CHECK (last4 ~ '^[0-9]{4}$'::text)
);
CREATE INDEX payment_methods_by_account ON tollgate.payment_methods USING btree (account_id);
CREATE UNIQUE INDEX payment_methods_default ON tollgate.payment_methods USING btree (account_id) WHERE ((removed_at IS NULL) AND is_default);
CREATE UNIQUE INDEX payment_methods_saved_once ON tollgate.payment_methods USING btree (provider, provider_method_id) WHERE (removed_at IS NULL);
CREATE INDEX payment_methods_to_detach ON tollgate.payment_methods USING btree (removed_at) WHERE ((removed_at IS NOT NULL) AND (detached_at IS NULL));
COMMENT ON TABLE tollgate.payment_methods IS 'Saved cards: nothing of a card but what may be shown, and the provider''s id of it';
COMMENT ON COLUMN tollgate.payment_methods.is_default IS 'Automatic top-ups charge it';
COMMENT ON COLUMN tollgate.payment_methods.detached_at IS 'When the provider let go of it, after it was removed here';
COMMENT ON COLUMN tollgate.payment_methods.looked_at IS 'When the provider was last asked what the card is now; null: never';

CREATE TABLE tollgate.payments (
  provider text NOT NULL,
  payment_id text NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  top_up_id text COLLATE "C" NOT NULL,
  charged_micros bigint NOT NULL,
  credited_micros bigint NOT NULL,
  refunded_micros bigint DEFAULT 0 NOT NULL,
  disputed_micros bigint DEFAULT 0 NOT NULL,
  currency text NOT NULL,
  credited_sequence bigint NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  changed_at timestamp with time zone NOT NULL,
  last_sequence bigint,
  CONSTRAINT payments_pkey PRIMARY KEY (provider, payment_id),
  CONSTRAINT payments_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT payments_top_up_id_fkey FOREIGN KEY (top_up_id) REFERENCES tollgate.top_ups(top_up_id),
  CONSTRAINT payments_charged_micros_check CHECK (charged_micros >= 0),
  CONSTRAINT payments_check CHECK ((refunded_micros + disputed_micros) <= credited_micros),
  CONSTRAINT payments_credited_micros_check CHECK (credited_micros >= 0),
  CONSTRAINT payments_disputed_micros_check CHECK (disputed_micros >= 0),
  CONSTRAINT payments_refunded_micros_check CHECK (refunded_micros >= 0)
);
CREATE INDEX payments_by_account ON tollgate.payments USING btree (account_id, changed_at);
CREATE INDEX payments_by_top_up ON tollgate.payments USING btree (top_up_id);
COMMENT ON COLUMN tollgate.payments.charged_micros IS 'What the customer paid';
COMMENT ON COLUMN tollgate.payments.credited_micros IS 'What of it was posted as credit';
COMMENT ON COLUMN tollgate.payments.disputed_micros IS 'Withdrawn by disputes that are open or lost';
COMMENT ON COLUMN tollgate.payments.credited_sequence IS 'The movement that credited it, which refunds and disputes name';
COMMENT ON COLUMN tollgate.payments.last_sequence IS 'The newest movement of it; null: the one that credited it, or it changed before this was kept';

CREATE TABLE tollgate.portal_sessions (
  link_hash bytea NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  person_id text NOT NULL,
  person_name text NOT NULL,
  role text COLLATE "C" NOT NULL,
  locale text NOT NULL,
  created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  created_by text NOT NULL,
  link_expires_at timestamp with time zone NOT NULL,
  opened_at timestamp with time zone,
  session_hash bytea,
  last_used_at timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT portal_sessions_pkey PRIMARY KEY (link_hash),
  CONSTRAINT portal_sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT portal_sessions_check CHECK ((opened_at IS NULL) = (session_hash IS NULL)),
  CONSTRAINT portal_sessions_check1 CHECK ((opened_at IS NULL) = (last_used_at IS NULL)),
  CONSTRAINT portal_sessions_person_id_check CHECK (person_id <> ''::text),
  CONSTRAINT portal_sessions_person_name_check CHECK (person_name <> ''::text),
  CONSTRAINT portal_sessions_role_check CHECK (role = ANY (ARRAY['admin'::text, 'member'::text]))
) WITH (fillfactor=80);
CREATE INDEX portal_sessions_by_age ON tollgate.portal_sessions USING btree (created_at);
CREATE INDEX portal_sessions_by_person ON tollgate.portal_sessions USING btree (account_id, person_id);
CREATE UNIQUE INDEX portal_sessions_open ON tollgate.portal_sessions USING btree (session_hash) WHERE (session_hash IS NOT NULL);
COMMENT ON TABLE tollgate.portal_sessions IS 'Sessions of the billing page, each from its link on';
COMMENT ON COLUMN tollgate.portal_sessions.link_hash IS 'SHA-256 of the token in the link, which is random and kept nowhere';
COMMENT ON COLUMN tollgate.portal_sessions.created_by IS 'Who vouched for the person, by making the link';
COMMENT ON COLUMN tollgate.portal_sessions.opened_at IS 'When the link was spent; null: it was not';
COMMENT ON COLUMN tollgate.portal_sessions.session_hash IS 'SHA-256 of the secret in the browser''s cookie';
COMMENT ON COLUMN tollgate.portal_sessions.last_used_at IS 'To the minute';
COMMENT ON COLUMN tollgate.portal_sessions.ended_at IS 'By sign-out, by a newer session in its place, or by the dashboard; null: not so far';

CREATE TABLE tollgate.provider_cursors (
  provider text NOT NULL,
  cursor text NOT NULL,
  moved_at timestamp with time zone NOT NULL,
  CONSTRAINT provider_cursors_pkey PRIMARY KEY (provider)
);
COMMENT ON TABLE tollgate.provider_cursors IS 'How far the list of each provider''s payments has been read';

CREATE TABLE tollgate.provider_events (
  provider text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  about text COLLATE "C",
  object_id text COLLATE "C",
  body text NOT NULL,
  received_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  next_try_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  claimed_until timestamp with time zone,
  handled_at timestamp with time zone,
  CONSTRAINT provider_events_pkey PRIMARY KEY (provider, event_id),
  CONSTRAINT provider_events_about_check CHECK (about = ANY (ARRAY['payment'::text, 'setup'::text, 'method'::text])),
  CONSTRAINT provider_events_check CHECK ((about IS NULL) = (object_id IS NULL)),
  CONSTRAINT provider_events_check1 CHECK (about IS NOT NULL OR handled_at IS NOT NULL)
) WITH (fillfactor=70);
CREATE INDEX provider_events_by_age ON tollgate.provider_events USING btree (received_at);
CREATE INDEX provider_events_waiting ON tollgate.provider_events USING btree (provider, next_try_at) WHERE (handled_at IS NULL);
COMMENT ON TABLE tollgate.provider_events IS 'Webhooks that were received, kept for 30 days';
COMMENT ON COLUMN tollgate.provider_events.kind IS 'What the provider calls it';
COMMENT ON COLUMN tollgate.provider_events.object_id IS 'The provider''s id of what is to be looked at; null: nothing';
COMMENT ON COLUMN tollgate.provider_events.body IS 'As it was signed and sent';
COMMENT ON COLUMN tollgate.provider_events.handled_at IS 'When what it is about had been looked at, and recorded';

CREATE TABLE tollgate.rated_usage (
  account_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  occurred_at timestamp with time zone NOT NULL,
  type text NOT NULL,
  interaction_id text NOT NULL,
  user_id text,
  direction text,
  leg text,
  from_number text,
  to_number text,
  from_country text,
  to_country text,
  to_type text,
  quantity bigint NOT NULL,
  outcome text NOT NULL,
  reason text NOT NULL,
  units bigint NOT NULL,
  covered_minutes integer NOT NULL,
  amount_micros bigint NOT NULL,
  currency text NOT NULL,
  deck text,
  prefix text,
  destination text,
  catalog_version integer,
  settings_version integer NOT NULL,
  minutes_left integer,
  cycle_anchor date,
  cycle_start date,
  channel text,
  agent_id text,
  sku text,
  corrects text COLLATE "C",
  movement_sequence bigint
) PARTITION BY RANGE (recorded_at);
CREATE INDEX rated_usage_by_event ON ONLY tollgate.rated_usage USING btree (account_id, event_id);
CREATE TRIGGER append_only BEFORE DELETE ON tollgate.rated_usage FOR EACH ROW EXECUTE FUNCTION tollgate.refuse_change();
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.rated_usage FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();
CREATE TRIGGER only_numbers_are_cleared BEFORE UPDATE ON tollgate.rated_usage FOR EACH ROW EXECUTE FUNCTION tollgate.refuse_all_but_clearing_numbers();
COMMENT ON COLUMN tollgate.rated_usage.quantity IS 'As used: seconds, fragments or items, before increments';
COMMENT ON COLUMN tollgate.rated_usage.minutes_left IS 'Fair-use minutes left before the call; null where no limit held';
COMMENT ON COLUMN tollgate.rated_usage.corrects IS 'For a correction: the event it takes back';
COMMENT ON COLUMN tollgate.rated_usage.movement_sequence IS 'Sequence of the movement it made; null where credit did not move';

CREATE TABLE tollgate.rated_usage_default PARTITION OF tollgate.rated_usage DEFAULT;
CREATE TRIGGER never_truncated BEFORE TRUNCATE ON tollgate.rated_usage_default FOR EACH STATEMENT EXECUTE FUNCTION tollgate.refuse_change();

CREATE TABLE tollgate.relay_leases (
  shard smallint NOT NULL,
  lane text NOT NULL,
  holder text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT relay_leases_pkey PRIMARY KEY (shard, lane),
  CONSTRAINT relay_leases_lane_check CHECK (lane = ANY (ARRAY['now'::text, 'record'::text]))
);

CREATE TABLE tollgate.request_keys (
  account_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  content_hash bytea NOT NULL,
  answer jsonb NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  CONSTRAINT request_keys_pkey PRIMARY KEY (account_id, kind, key),
  CONSTRAINT request_keys_are_printable_ascii CHECK (key ~ '^[ -~]{1,200}$'::text)
);
CREATE INDEX request_keys_by_recorded_at ON tollgate.request_keys USING btree (recorded_at);
COMMENT ON COLUMN tollgate.request_keys.account_id IS 'The account; empty: the whole installation';
COMMENT ON COLUMN tollgate.request_keys.kind IS 'What was asked for; each kind has keys of its own';
COMMENT ON COLUMN tollgate.request_keys.content_hash IS 'SHA-256 of all that was asked for: the same key with other content is refused';
COMMENT ON COLUMN tollgate.request_keys.answer IS 'The first answer, which the same request gets again; a bigint is {"$bigint": "12"}';
COMMENT ON COLUMN tollgate.request_keys.recorded_at IS 'When it was carried out; kept 30 days from then';

CREATE TABLE tollgate.top_up_attempts (
  attempt_id text COLLATE "C" NOT NULL,
  top_up_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  trigger text NOT NULL,
  number integer NOT NULL,
  method_id text COLLATE "C",
  amount_micros bigint NOT NULL,
  provider text NOT NULL,
  payment_id text NOT NULL,
  prepared_at timestamp with time zone NOT NULL,
  confirmed_at timestamp with time zone,
  outcome text,
  code text,
  CONSTRAINT top_up_attempts_pkey PRIMARY KEY (attempt_id),
  CONSTRAINT top_up_attempts_number_in_top_up UNIQUE (top_up_id, number),
  CONSTRAINT top_up_attempts_payment UNIQUE (provider, payment_id),
  CONSTRAINT top_up_attempts_top_up_id_fkey FOREIGN KEY (top_up_id) REFERENCES tollgate.top_ups(top_up_id),
  CONSTRAINT top_up_attempts_amount_micros_check CHECK (amount_micros > 0),
  CONSTRAINT top_up_attempts_number_check CHECK (number > 0),
  CONSTRAINT top_up_attempts_outcome_check CHECK (outcome = ANY (ARRAY['unknown'::text, 'processing'::text, 'needs_action'::text, 'succeeded'::text, 'declined'::text, 'canceled'::text, 'refused'::text])),
  CONSTRAINT top_up_attempts_trigger_check CHECK (trigger = ANY (ARRAY['automatic'::text, 'manual'::text]))
);
CREATE INDEX top_up_attempts_counted ON tollgate.top_up_attempts USING btree (account_id, confirmed_at) WHERE (trigger = 'automatic'::text);
COMMENT ON COLUMN tollgate.top_up_attempts.confirmed_at IS 'When it was first confirmed; null while it never was, also where the provider says that it was not';
COMMENT ON COLUMN tollgate.top_up_attempts.outcome IS 'Null: prepared, or confirmed and not answered yet';
COMMENT ON COLUMN tollgate.top_up_attempts.code IS 'The decline''s code, or why it was canceled or refused';

CREATE TABLE tollgate.top_ups (
  top_up_id text COLLATE "C" NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  trigger text NOT NULL,
  amount_micros bigint NOT NULL,
  currency text NOT NULL,
  state text NOT NULL,
  reason text,
  actor text,
  requested_at timestamp with time zone NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  attempt_id text COLLATE "C",
  payment_id text,
  method_id text COLLATE "C",
  confirmed_at timestamp with time zone,
  ending_state text,
  ending_reason text,
  next_try_at timestamp with time zone NOT NULL,
  silences integer DEFAULT 0 NOT NULL,
  action_url text,
  action_until timestamp with time zone,
  claimed_by text,
  claimed_until timestamp with time zone,
  updated_at timestamp with time zone NOT NULL,
  return_url text,
  CONSTRAINT top_ups_pkey PRIMARY KEY (top_up_id),
  CONSTRAINT top_ups_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id),
  CONSTRAINT top_ups_amount_micros_check CHECK (amount_micros > 0),
  CONSTRAINT top_ups_check CHECK ((ending_state IS NULL) = (ending_reason IS NULL)),
  CONSTRAINT top_ups_check1 CHECK ((claimed_by IS NULL) = (claimed_until IS NULL)),
  CONSTRAINT top_ups_check2 CHECK ((state <> ALL (ARRAY['prepared'::text, 'charging'::text, 'unknown'::text, 'processing'::text, 'needs_action'::text])) OR payment_id IS NOT NULL),
  CONSTRAINT top_ups_ending_state_check CHECK (ending_state = ANY (ARRAY['skipped'::text, 'no_longer_needed'::text, 'canceled'::text, 'failed'::text])),
  CONSTRAINT top_ups_state_check CHECK (state = ANY (ARRAY['requested'::text, 'prepared'::text, 'charging'::text, 'unknown'::text, 'processing'::text, 'needs_action'::text, 'succeeded'::text, 'failed'::text, 'canceled'::text, 'skipped'::text, 'no_longer_needed'::text])),
  CONSTRAINT top_ups_trigger_check CHECK (trigger = ANY (ARRAY['automatic'::text, 'manual'::text]))
) WITH (fillfactor=50);
CREATE UNIQUE INDEX one_open_automatic_top_up ON tollgate.top_ups USING btree (account_id) WHERE ((trigger = 'automatic'::text) AND (state = ANY (ARRAY['requested'::text, 'prepared'::text, 'charging'::text, 'unknown'::text, 'processing'::text, 'needs_action'::text])));
CREATE INDEX top_ups_by_account ON tollgate.top_ups USING btree (account_id, requested_at);
CREATE INDEX top_ups_to_claim ON tollgate.top_ups USING btree (next_try_at) WHERE (state = ANY (ARRAY['requested'::text, 'prepared'::text, 'charging'::text, 'unknown'::text, 'processing'::text, 'needs_action'::text]));
COMMENT ON COLUMN tollgate.top_ups.reason IS 'Why it is in this state, a code; null where the state says it';
COMMENT ON COLUMN tollgate.top_ups.actor IS 'Who asked for it by hand; null: automatic';
COMMENT ON COLUMN tollgate.top_ups.attempt_id IS 'The current attempt, or the last one; null before it is prepared and while the next one waits';
COMMENT ON COLUMN tollgate.top_ups.confirmed_at IS 'When the current attempt was first confirmed';
COMMENT ON COLUMN tollgate.top_ups.ending_state IS 'What it ends as once the provider has canceled the prepared payment';
COMMENT ON COLUMN tollgate.top_ups.claimed_until IS 'By this database''s clock; from then on anybody may claim it';
COMMENT ON COLUMN tollgate.top_ups.return_url IS 'Where the customer goes back to from the bank''s page; never taken from the request that returns';

CREATE TABLE tollgate.usage_by_day (
  account_id text COLLATE "C" NOT NULL,
  booked_on date NOT NULL,
  kind text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  destination text COLLATE "C" NOT NULL,
  movements bigint NOT NULL,
  units bigint NOT NULL,
  amount_micros bigint NOT NULL,
  reversed_units bigint NOT NULL,
  reversed_micros bigint NOT NULL,
  CONSTRAINT usage_by_day_pkey PRIMARY KEY (account_id, booked_on, kind, user_id, destination)
) WITH (fillfactor=80);
COMMENT ON TABLE tollgate.usage_by_day IS 'Movements summed by account, UTC day of recording, kind, user and destination';
COMMENT ON COLUMN tollgate.usage_by_day.kind IS 'Of usage its type, of messages the channel: call, toll_free, sms, mms, whatsapp, conversation_intelligence, voice_agent, other. Else the kind of the movement: reversal, top_up, adjustment, refund, dispute';
COMMENT ON COLUMN tollgate.usage_by_day.user_id IS 'Empty: of nobody in particular; longer than 1,000 bytes: its SHA-256; a reversal''s is that of what it takes back';
COMMENT ON COLUMN tollgate.usage_by_day.destination IS 'What the price list calls it; of other usage the SKU; empty: none; longer than 1,000 bytes: its SHA-256';
COMMENT ON COLUMN tollgate.usage_by_day.amount_micros IS 'Sum of the movements recorded on the day; below zero where credit was taken';
COMMENT ON COLUMN tollgate.usage_by_day.reversed_micros IS 'Of usage: what was given back of it since, on whatever day. amount_micros + reversed_micros is what it cost in the end';

CREATE TABLE tollgate.usage_by_day_and (
  account_id text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL,
  booked_on date NOT NULL,
  id text COLLATE "C" NOT NULL,
  movements bigint NOT NULL,
  units bigint NOT NULL,
  amount_micros bigint NOT NULL,
  reversed_units bigint NOT NULL,
  reversed_micros bigint NOT NULL,
  CONSTRAINT usage_by_day_and_pkey PRIMARY KEY (account_id, what, booked_on, id),
  CONSTRAINT usage_by_day_and_what_check CHECK (what = ANY (ARRAY['kind'::text, 'user'::text, 'destination'::text]))
) WITH (fillfactor=80);
COMMENT ON TABLE tollgate.usage_by_day_and IS 'usage_by_day summed by kind (all movements), by user and by destination (usage alone)';
COMMENT ON COLUMN tollgate.usage_by_day_and.id IS 'The kind, user or destination, by what';

CREATE TABLE tollgate.usage_by_day_progress (
  account_id text COLLATE "C" NOT NULL,
  through_sequence bigint NOT NULL,
  rolled_up_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT usage_by_day_progress_pkey PRIMARY KEY (account_id),
  CONSTRAINT usage_by_day_progress_account_id_fkey FOREIGN KEY (account_id) REFERENCES tollgate.accounts(account_id)
) WITH (fillfactor=70);
COMMENT ON COLUMN tollgate.usage_by_day_progress.through_sequence IS 'The last movement that is in the sums; those behind it are not yet';

CREATE TABLE tollgate.usage_by_month_and (
  account_id text COLLATE "C" NOT NULL,
  what text COLLATE "C" NOT NULL,
  begins_on date NOT NULL,
  id text COLLATE "C" NOT NULL,
  movements bigint NOT NULL,
  units bigint NOT NULL,
  amount_micros bigint NOT NULL,
  reversed_units bigint NOT NULL,
  reversed_micros bigint NOT NULL,
  CONSTRAINT usage_by_month_and_pkey PRIMARY KEY (account_id, what, begins_on, id),
  CONSTRAINT usage_by_month_and_begins_on_check CHECK (EXTRACT(day FROM begins_on) = 1::numeric),
  CONSTRAINT usage_by_month_and_what_check CHECK (what = ANY (ARRAY['kind'::text, 'user'::text, 'destination'::text]))
) WITH (fillfactor=80);
COMMENT ON TABLE tollgate.usage_by_month_and IS 'usage_by_day_and summed by the month, in UTC, in which the days are';
COMMENT ON COLUMN tollgate.usage_by_month_and.begins_on IS 'The first day of the month';

CREATE TABLE tollgate.usage_identity (
  account_id text COLLATE "C" NOT NULL,
  event_id text COLLATE "C" NOT NULL,
  content_version smallint NOT NULL,
  content_hash bytea NOT NULL,
  recorded_at timestamp with time zone NOT NULL,
  corrected_by text COLLATE "C",
  CONSTRAINT usage_identity_pkey PRIMARY KEY (account_id, event_id)
) PARTITION BY HASH (account_id);

CREATE TABLE tollgate.usage_identity_0 PARTITION OF tollgate.usage_identity FOR VALUES WITH (modulus 4, remainder 0);

CREATE TABLE tollgate.usage_identity_1 PARTITION OF tollgate.usage_identity FOR VALUES WITH (modulus 4, remainder 1);

CREATE TABLE tollgate.usage_identity_2 PARTITION OF tollgate.usage_identity FOR VALUES WITH (modulus 4, remainder 2);

CREATE TABLE tollgate.usage_identity_3 PARTITION OF tollgate.usage_identity FOR VALUES WITH (modulus 4, remainder 3);

CREATE SCHEMA reporting;
COMMENT ON SCHEMA reporting IS 'The read interface for analysts; its names and meanings are stable';
GRANT USAGE ON SCHEMA reporting TO tollgate_reporting;
ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO tollgate_reporting;

CREATE VIEW reporting.accounts AS
 SELECT a.account_id,
    a.currency,
    a.balance_micros::numeric * 0.000001 AS balance,
    a.balance_micros,
    a.status,
    a.status_since,
    (a.status_since AT TIME ZONE 'UTC'::text)::date AS status_since_on,
    a.created_at,
    (a.created_at AT TIME ZONE 'UTC'::text)::date AS created_on,
    a.settings_version,
    s.tariff,
    ( SELECT NULLIF(period.value ->> 'id'::text, 'none'::text) AS "nullif"
           FROM jsonb_array_elements(s.packages) period(value)
          WHERE ((period.value ->> 'from'::text)::timestamp with time zone) <= now()
          ORDER BY ((period.value ->> 'from'::text)::timestamp with time zone) DESC
         LIMIT 1) AS package,
    s.billing_cycle_anchor,
    s.fair_use_minutes_per_user,
    s.conversation_intelligence,
    s.voice_agent,
    s.low_alert_level_micros::numeric * 0.000001 AS low_alert_level,
    s.low_alert_level_micros,
    s.custom_alert_level_micros::numeric * 0.000001 AS custom_alert_level,
    s.custom_alert_level_micros
   FROM tollgate.accounts a
     JOIN tollgate.account_settings s ON s.account_id = a.account_id AND s.version = a.settings_version;
COMMENT ON VIEW reporting.accounts IS 'One row an account, as it is now: balance, status, and the settings in force';
COMMENT ON COLUMN reporting.accounts.account_id IS 'The account, as everywhere';
COMMENT ON COLUMN reporting.accounts.currency IS 'EUR or USD; never changes';
COMMENT ON COLUMN reporting.accounts.balance IS 'Credit left, in units of the currency; below zero is debt';
COMMENT ON COLUMN reporting.accounts.balance_micros IS 'Credit left, in millionths';
COMMENT ON COLUMN reporting.accounts.status IS 'blocked while the balance is at or below zero, else active';
COMMENT ON COLUMN reporting.accounts.status_since IS 'When the status was last changed';
COMMENT ON COLUMN reporting.accounts.status_since_on IS 'UTC date of status_since';
COMMENT ON COLUMN reporting.accounts.created_at IS 'When the account was made known to the ledger';
COMMENT ON COLUMN reporting.accounts.created_on IS 'UTC date of created_at';
COMMENT ON COLUMN reporting.accounts.settings_version IS 'The settings in force; rated_usage.settings_version says which priced a usage event';
COMMENT ON COLUMN reporting.accounts.tariff IS 'The prices it buys at';
COMMENT ON COLUMN reporting.accounts.package IS 'The calling package in force now; null: none';
COMMENT ON COLUMN reporting.accounts.billing_cycle_anchor IS 'Billing cycles start on this day of every month, or on its last day';
COMMENT ON COLUMN reporting.accounts.fair_use_minutes_per_user IS 'Limit of the account''s own; null: the package''s holds';
COMMENT ON COLUMN reporting.accounts.conversation_intelligence IS 'Who pays for it: credit, invoice, or included in the plan';
COMMENT ON COLUMN reporting.accounts.voice_agent IS 'Who pays for it: credit, invoice, or included in the plan';
COMMENT ON COLUMN reporting.accounts.low_alert_level IS 'Low balance is told below this, in units of the currency; null: 10';
COMMENT ON COLUMN reporting.accounts.low_alert_level_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.accounts.custom_alert_level IS 'The level the customer chose to be told of, in units of the currency; null: none';
COMMENT ON COLUMN reporting.accounts.custom_alert_level_micros IS 'The same in millionths';
GRANT SELECT ON reporting.accounts TO tollgate_reporting;

CREATE VIEW reporting.daily_totals AS
 SELECT t.account_id,
    month.booked_month,
    t.booked_on,
    t.occurred_on,
    t.kind,
    t.usage_type,
    t.channel,
        CASE
            WHEN t.usage_type = ANY (ARRAY['call'::text, 'toll_free'::text, 'conversation_intelligence'::text, 'voice_agent'::text]) THEN 'second'::text
            WHEN t.usage_type = 'message'::text THEN 'fragment'::text
            WHEN t.usage_type = 'other'::text THEN 'item'::text
            ELSE NULL::text
        END AS unit,
    t.movements,
    t.units,
    t.amount_micros * 0.000001 AS amount,
    t.amount_micros,
    t.currency
   FROM ( SELECT first_day.first_day::date AS booked_month,
            (first_day.first_day AT TIME ZONE 'UTC'::text) AS begins_at,
            ((first_day.first_day + '1 mon'::interval) AT TIME ZONE 'UTC'::text) AS ends_at
           FROM generate_series('2026-01-01 00:00:00'::timestamp without time zone, (now() AT TIME ZONE 'UTC'::text) + '1 mon'::interval, '1 mon'::interval) first_day(first_day)) month
     CROSS JOIN LATERAL ( SELECT m.account_id,
            m.currency,
            (m.recorded_at AT TIME ZONE 'UTC'::text)::date AS booked_on,
            (m.occurred_at AT TIME ZONE 'UTC'::text)::date AS occurred_on,
            m.kind,
            COALESCE(original.type, u.type) AS usage_type,
            COALESCE(original.channel, u.channel) AS channel,
            count(*) AS movements,
            sum(
                CASE
                    WHEN m.kind = 'reversal'::text THEN - original.units
                    ELSE u.units
                END) AS units,
            sum(m.amount_micros) AS amount_micros
           FROM tollgate.movements m
             LEFT JOIN tollgate.rated_usage u ON u.account_id = m.account_id AND u.event_id = m.event_id AND u.recorded_at = m.recorded_at AND u.recorded_at >= month.begins_at AND u.recorded_at < month.ends_at
             LEFT JOIN LATERAL ( SELECT ou.type,
                    ou.channel,
                    ou.units
                   FROM tollgate.movements o
                     JOIN tollgate.rated_usage ou ON ou.account_id = o.account_id AND ou.event_id = o.event_id AND ou.recorded_at = o.recorded_at
                  WHERE m.kind = 'reversal'::text AND o.account_id = m.account_id AND o.sequence = m.reverses_sequence
                 LIMIT 1) original ON true
          WHERE m.recorded_at >= month.begins_at AND m.recorded_at < month.ends_at
          GROUP BY m.account_id, m.currency, ((m.recorded_at AT TIME ZONE 'UTC'::text)::date), ((m.occurred_at AT TIME ZONE 'UTC'::text)::date), m.kind, (COALESCE(original.type, u.type)), (COALESCE(original.channel, u.channel))) t;
COMMENT ON VIEW reporting.daily_totals IS 'Movements summed by account, day booked, day occurred, kind and type of usage; sums to movements exactly. Filter on booked_month, or on account_id: that is what bounds the work';
COMMENT ON COLUMN reporting.daily_totals.account_id IS 'The account whose credit moved';
COMMENT ON COLUMN reporting.daily_totals.booked_month IS 'First day of the month of booked_on. Filter on it also where booked_on is filtered on: it chooses the partitions';
COMMENT ON COLUMN reporting.daily_totals.booked_on IS 'UTC date on which the movements were posted';
COMMENT ON COLUMN reporting.daily_totals.occurred_on IS 'UTC date of what they stand for';
COMMENT ON COLUMN reporting.daily_totals.kind IS 'As in movements: usage, reversal, top_up, adjustment, refund, dispute';
COMMENT ON COLUMN reporting.daily_totals.usage_type IS 'Of usage: its type as in rated_usage; of a reversal: the type of what it takes back; else null';
COMMENT ON COLUMN reporting.daily_totals.channel IS 'Of messages: sms, mms, whatsapp';
COMMENT ON COLUMN reporting.daily_totals.unit IS 'What units counts: second, fragment or item';
COMMENT ON COLUMN reporting.daily_totals.movements IS 'How many movements';
COMMENT ON COLUMN reporting.daily_totals.units IS 'Billed units; below zero for a reversal, so that both together are what stays billed; null where nothing is counted';
COMMENT ON COLUMN reporting.daily_totals.amount IS 'In units of the currency; above zero adds credit, below zero takes it';
COMMENT ON COLUMN reporting.daily_totals.amount_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.daily_totals.currency IS 'Of the account';
GRANT SELECT ON reporting.daily_totals TO tollgate_reporting;

CREATE VIEW reporting.dead_letters AS
 SELECT topic,
    partition,
    "offset" AS message_offset,
    recorded_at,
    (recorded_at AT TIME ZONE 'UTC'::text)::date AS booked_on,
    reason,
    account_id,
    event_id,
    replays,
    replayed_at,
    (replayed_at AT TIME ZONE 'UTC'::text)::date AS replayed_on
   FROM tollgate.dead_letters d;
COMMENT ON VIEW reporting.dead_letters IS 'One row a message that could not be rated, so was not charged; without its content. Mended at its source it may have come again';
COMMENT ON COLUMN reporting.dead_letters.topic IS 'The topic it came on';
COMMENT ON COLUMN reporting.dead_letters.partition IS 'Partition of that topic';
COMMENT ON COLUMN reporting.dead_letters.message_offset IS 'Offset in that partition';
COMMENT ON COLUMN reporting.dead_letters.recorded_at IS 'When it was refused; filter on this, it is indexed';
COMMENT ON COLUMN reporting.dead_letters.booked_on IS 'UTC date of recorded_at';
COMMENT ON COLUMN reporting.dead_letters.reason IS 'invalid_event, invalid_number, unknown_account, no_rate, already_corrected, too_late, content_differs';
COMMENT ON COLUMN reporting.dead_letters.account_id IS 'As the message says it, so perhaps of no account; null: unreadable';
COMMENT ON COLUMN reporting.dead_letters.event_id IS 'As the message says it; null: unreadable';
COMMENT ON COLUMN reporting.dead_letters.replays IS 'How often it was put back on its topic';
COMMENT ON COLUMN reporting.dead_letters.replayed_at IS 'When it was last put back; null: never';
COMMENT ON COLUMN reporting.dead_letters.replayed_on IS 'UTC date of replayed_at';
GRANT SELECT ON reporting.dead_letters TO tollgate_reporting;

CREATE VIEW reporting.fair_use AS
 SELECT account_id,
    user_id,
    cycle_start,
    cycle_anchor,
    minutes
   FROM tollgate.fair_use_counters c;
COMMENT ON VIEW reporting.fair_use IS 'One row a user and billing cycle with covered calls: the minutes that the package paid for, less what corrections gave back';
COMMENT ON COLUMN reporting.fair_use.account_id IS 'The account';
COMMENT ON COLUMN reporting.fair_use.user_id IS 'The user';
COMMENT ON COLUMN reporting.fair_use.cycle_start IS 'First day of the billing cycle, UTC';
COMMENT ON COLUMN reporting.fair_use.cycle_anchor IS 'The anchor the cycle was reckoned from: a changed anchor starts anew';
COMMENT ON COLUMN reporting.fair_use.minutes IS 'Whole covered minutes so far';
GRANT SELECT ON reporting.fair_use TO tollgate_reporting;

CREATE VIEW reporting.movements AS
 SELECT account_id,
    sequence,
    recorded_at,
    (recorded_at AT TIME ZONE 'UTC'::text)::date AS booked_on,
    occurred_at,
    (occurred_at AT TIME ZONE 'UTC'::text)::date AS occurred_on,
    kind,
    amount_micros::numeric * 0.000001 AS amount,
    amount_micros,
    balance_before_micros::numeric * 0.000001 AS balance_before,
    balance_before_micros,
    balance_after_micros::numeric * 0.000001 AS balance_after,
    balance_after_micros,
    currency,
    event_id,
    top_up_id,
    reverses_sequence,
    actor,
    reason
   FROM tollgate.movements m;
COMMENT ON VIEW reporting.movements IS 'One row a change of credit. An amount above zero adds credit, below zero takes it; an account''s amounts sum to its balance';
COMMENT ON COLUMN reporting.movements.account_id IS 'The account whose credit moved';
COMMENT ON COLUMN reporting.movements.sequence IS 'Place in the account''s chain: 1, 2, 3, without a gap';
COMMENT ON COLUMN reporting.movements.recorded_at IS 'When it was posted; filter on this, the table is partitioned by it';
COMMENT ON COLUMN reporting.movements.booked_on IS 'UTC date of recorded_at';
COMMENT ON COLUMN reporting.movements.occurred_at IS 'When what it stands for happened: the start of the usage, say';
COMMENT ON COLUMN reporting.movements.occurred_on IS 'UTC date of occurred_at; late usage is booked on a later day';
COMMENT ON COLUMN reporting.movements.kind IS 'usage; reversal of usage; top_up; adjustment by an operator; refund or dispute of a top-up. There may be more one day';
COMMENT ON COLUMN reporting.movements.amount IS 'In units of the currency; above zero adds credit, below zero takes it';
COMMENT ON COLUMN reporting.movements.amount_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.movements.balance_before IS 'Credit before it, in units of the currency';
COMMENT ON COLUMN reporting.movements.balance_before_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.movements.balance_after IS 'Credit after it: before and amount added';
COMMENT ON COLUMN reporting.movements.balance_after_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.movements.currency IS 'Of the account, so of every amount in the row';
COMMENT ON COLUMN reporting.movements.event_id IS 'For usage and reversals: the usage event, or the correction, that made it; in rated_usage under the same recorded_at';
COMMENT ON COLUMN reporting.movements.top_up_id IS 'For top-ups, refunds and disputes: the top-up';
COMMENT ON COLUMN reporting.movements.reverses_sequence IS 'The movement of this account that it takes back, whole or in part';
COMMENT ON COLUMN reporting.movements.actor IS 'For adjustments: who made it';
COMMENT ON COLUMN reporting.movements.reason IS 'For adjustments: why';
GRANT SELECT ON reporting.movements TO tollgate_reporting;

CREATE VIEW reporting.rated_usage AS
 SELECT account_id,
    event_id,
    recorded_at,
    (recorded_at AT TIME ZONE 'UTC'::text)::date AS booked_on,
    occurred_at,
    (occurred_at AT TIME ZONE 'UTC'::text)::date AS occurred_on,
    type AS usage_type,
    channel,
    direction,
    leg,
    user_id,
    interaction_id,
    agent_id,
    sku,
    corrects,
    from_country,
    to_country,
    to_type,
        CASE
            WHEN type = ANY (ARRAY['call'::text, 'toll_free'::text, 'conversation_intelligence'::text, 'voice_agent'::text]) THEN 'second'::text
            WHEN type = 'message'::text THEN 'fragment'::text
            WHEN type = 'other'::text THEN 'item'::text
            ELSE NULL::text
        END AS unit,
    quantity,
    units,
    outcome,
    reason,
        CASE
            WHEN outcome = 'charged'::text OR outcome = 'reversed'::text AND reason = 'correction'::text THEN 'credit'::text
            WHEN outcome = 'invoiced'::text OR outcome = 'reversed'::text AND reason = 'invoice_correction'::text THEN 'invoice'::text
            ELSE NULL::text
        END AS billed_to,
    amount_micros::numeric * 0.000001 AS amount,
    amount_micros,
    currency,
    covered_minutes,
    minutes_left,
    cycle_start,
    deck,
    prefix,
    destination,
    catalog_version,
    settings_version,
    movement_sequence
   FROM tollgate.rated_usage u;
COMMENT ON VIEW reporting.rated_usage IS 'One row a usage event or correction, charged or not, with the decision on it. An amount above zero takes credit (or goes on the invoice), below zero gives it back: the opposite of movements';
COMMENT ON COLUMN reporting.rated_usage.account_id IS 'The account that used';
COMMENT ON COLUMN reporting.rated_usage.event_id IS 'The usage event; recorded once an account';
COMMENT ON COLUMN reporting.rated_usage.recorded_at IS 'When it was rated and posted; filter on this, the table is partitioned by it. Its movement says the same instant';
COMMENT ON COLUMN reporting.rated_usage.booked_on IS 'UTC date of recorded_at';
COMMENT ON COLUMN reporting.rated_usage.occurred_at IS 'Start of the usage';
COMMENT ON COLUMN reporting.rated_usage.occurred_on IS 'UTC date of occurred_at; late usage is booked on a later day';
COMMENT ON COLUMN reporting.rated_usage.usage_type IS 'call, toll_free, message, conversation_intelligence, voice_agent, other, or correction';
COMMENT ON COLUMN reporting.rated_usage.channel IS 'Of a message: sms, mms, whatsapp';
COMMENT ON COLUMN reporting.rated_usage.direction IS 'Of a call or message: outbound or inbound';
COMMENT ON COLUMN reporting.rated_usage.leg IS 'Of a call: direct, or forwarded to another number';
COMMENT ON COLUMN reporting.rated_usage.user_id IS 'Who used it, where the event says so';
COMMENT ON COLUMN reporting.rated_usage.interaction_id IS 'What belongs together: the call an analysis is of, the legs of a call';
COMMENT ON COLUMN reporting.rated_usage.agent_id IS 'Of a voice agent''s session: the agent';
COMMENT ON COLUMN reporting.rated_usage.sku IS 'Of other usage: the item';
COMMENT ON COLUMN reporting.rated_usage.corrects IS 'Of a correction: event_id of the event that it takes back';
COMMENT ON COLUMN reporting.rated_usage.from_country IS 'Country of the caller; null: unknown or withheld';
COMMENT ON COLUMN reporting.rated_usage.to_country IS 'Country of the destination; null: unknown, or usage without one';
COMMENT ON COLUMN reporting.rated_usage.to_type IS 'Type of the destination: fixed, mobile, toll_free, premium, shared_cost, special';
COMMENT ON COLUMN reporting.rated_usage.unit IS 'What quantity and units count: second, fragment or item; null for a correction';
COMMENT ON COLUMN reporting.rated_usage.quantity IS 'As used, before increments';
COMMENT ON COLUMN reporting.rated_usage.units IS 'As priced, after increments: the part that costs; 0 where nothing was priced';
COMMENT ON COLUMN reporting.rated_usage.outcome IS 'charged, covered by the plan, free, invoiced, reversed; pending: a correction whose event has not come; voided: an event corrected before it came';
COMMENT ON COLUMN reporting.rated_usage.reason IS 'Why. Of what credit did not pay: not_answered, emergency, inbound_standard, inbound_message, no_usage, in_package, included_in_plan, billed_on_invoice, awaiting_event, corrected';
COMMENT ON COLUMN reporting.rated_usage.billed_to IS 'Which purse amount is about: credit or invoice; null for usage that nobody pays for. A correction that gives back nothing says credit and 0';
COMMENT ON COLUMN reporting.rated_usage.amount IS 'In units of the currency; above zero takes credit or goes on the invoice, see billed_to; below zero gives back';
COMMENT ON COLUMN reporting.rated_usage.amount_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.rated_usage.currency IS 'Of the account';
COMMENT ON COLUMN reporting.rated_usage.covered_minutes IS 'Whole minutes that the package paid for and fair use counted; below zero where a correction gave them back';
COMMENT ON COLUMN reporting.rated_usage.minutes_left IS 'Fair-use minutes the user had before the call; null where no limit held';
COMMENT ON COLUMN reporting.rated_usage.cycle_start IS 'First day of the billing cycle that the call was counted in';
COMMENT ON COLUMN reporting.rated_usage.deck IS 'The price list, by its file in the catalog; null where none was used';
COMMENT ON COLUMN reporting.rated_usage.prefix IS 'The number prefix that set the price';
COMMENT ON COLUMN reporting.rated_usage.destination IS 'What the price list calls that prefix';
COMMENT ON COLUMN reporting.rated_usage.catalog_version IS 'The catalog it was priced by; null where none was asked';
COMMENT ON COLUMN reporting.rated_usage.settings_version IS 'The version of the account''s settings it was decided by';
COMMENT ON COLUMN reporting.rated_usage.movement_sequence IS 'Its movement: (account_id, sequence) of movements; null where credit did not move';
GRANT SELECT ON reporting.rated_usage TO tollgate_reporting;

CREATE VIEW reporting.top_ups AS
 SELECT t.top_up_id,
    t.account_id,
    t.trigger,
    t.requested_at,
    (t.requested_at AT TIME ZONE 'UTC'::text)::date AS requested_on,
    t.state,
    t.state = ANY (ARRAY['requested'::text, 'prepared'::text, 'charging'::text, 'unknown'::text, 'processing'::text, 'needs_action'::text]) AS is_open,
    t.reason,
    t.amount_micros::numeric * 0.000001 AS amount,
    t.amount_micros,
    t.currency,
    t.attempts,
    t.updated_at,
    (t.updated_at AT TIME ZONE 'UTC'::text)::date AS updated_on,
    COALESCE(p.credited_micros, 0::bigint)::numeric * 0.000001 AS credited,
    COALESCE(p.credited_micros, 0::bigint) AS credited_micros,
    COALESCE(p.refunded_micros, 0::bigint)::numeric * 0.000001 AS refunded,
    COALESCE(p.refunded_micros, 0::bigint) AS refunded_micros,
    COALESCE(p.disputed_micros, 0::bigint)::numeric * 0.000001 AS disputed,
    COALESCE(p.disputed_micros, 0::bigint) AS disputed_micros
   FROM tollgate.top_ups t
     LEFT JOIN LATERAL ( SELECT sum(payments.credited_micros)::bigint AS credited_micros,
            sum(payments.refunded_micros)::bigint AS refunded_micros,
            sum(payments.disputed_micros)::bigint AS disputed_micros
           FROM tollgate.payments
          WHERE payments.top_up_id = t.top_up_id) p ON true;
COMMENT ON VIEW reporting.top_ups IS 'One row a top-up: who asked for it, what became of it, and what its payments brought. credited less refunded and disputed is the sum of its movements';
COMMENT ON COLUMN reporting.top_ups.top_up_id IS 'The top-up; movements name it';
COMMENT ON COLUMN reporting.top_ups.account_id IS 'The account it is for';
COMMENT ON COLUMN reporting.top_ups.trigger IS 'automatic: the balance fell below the threshold; manual: somebody asked for it';
COMMENT ON COLUMN reporting.top_ups.requested_at IS 'When it was asked for';
COMMENT ON COLUMN reporting.top_ups.requested_on IS 'UTC date of requested_at';
COMMENT ON COLUMN reporting.top_ups.state IS 'requested, prepared, charging, unknown, processing, needs_action while it is open; then succeeded, failed, canceled, skipped (a limit, a pause or no method), no_longer_needed';
COMMENT ON COLUMN reporting.top_ups.is_open IS 'Whether it may still lead to a charge';
COMMENT ON COLUMN reporting.top_ups.reason IS 'Why it is in this state: a decline''s code, the limit, what it was canceled for; null where the state says it';
COMMENT ON COLUMN reporting.top_ups.amount IS 'What it charges, in units of the currency';
COMMENT ON COLUMN reporting.top_ups.amount_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.top_ups.currency IS 'Of the account';
COMMENT ON COLUMN reporting.top_ups.attempts IS 'Payments made for it so far, declined ones too';
COMMENT ON COLUMN reporting.top_ups.updated_at IS 'When it last changed';
COMMENT ON COLUMN reporting.top_ups.updated_on IS 'UTC date of updated_at';
COMMENT ON COLUMN reporting.top_ups.credited IS 'Credit that its payments brought, in units of the currency, before refunds and disputes';
COMMENT ON COLUMN reporting.top_ups.credited_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.top_ups.refunded IS 'Given back by refunds, in units of the currency';
COMMENT ON COLUMN reporting.top_ups.refunded_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.top_ups.disputed IS 'Withdrawn by disputes that are open or lost, in units of the currency';
COMMENT ON COLUMN reporting.top_ups.disputed_micros IS 'The same in millionths';
GRANT SELECT ON reporting.top_ups TO tollgate_reporting;

CREATE VIEW reporting.usage_by_day AS
 SELECT d.account_id,
    d.booked_on,
    d.kind,
    NULLIF(d.user_id, ''::text) AS user_id,
    NULLIF(d.destination, ''::text) AS destination,
    d.movements,
    d.units,
    d.amount_micros::numeric * 0.000001 AS amount,
    d.amount_micros,
    d.reversed_units,
    d.reversed_micros::numeric * 0.000001 AS reversed,
    d.reversed_micros,
    a.currency
   FROM tollgate.usage_by_day d
     JOIN tollgate.accounts a USING (account_id);
COMMENT ON VIEW reporting.usage_by_day IS 'Movements summed by account, day booked, kind, user and destination. Kept beside the ledger, so it answers at once and may be seconds behind: usage_by_day_progress says how far it is';
COMMENT ON COLUMN reporting.usage_by_day.account_id IS 'The account whose credit moved';
COMMENT ON COLUMN reporting.usage_by_day.booked_on IS 'UTC date on which the movements were posted';
COMMENT ON COLUMN reporting.usage_by_day.kind IS 'Of usage call, toll_free, sms, mms, whatsapp, conversation_intelligence, voice_agent or other; else reversal, top_up, adjustment, refund, dispute';
COMMENT ON COLUMN reporting.usage_by_day.user_id IS 'Who used it; of a reversal, who used what it takes back; null: nobody in particular';
COMMENT ON COLUMN reporting.usage_by_day.destination IS 'What the price list calls it; of other usage the SKU; null: none';
COMMENT ON COLUMN reporting.usage_by_day.movements IS 'How many movements';
COMMENT ON COLUMN reporting.usage_by_day.units IS 'Billed units: seconds, fragments or items, by kind; 0 where nothing is counted';
COMMENT ON COLUMN reporting.usage_by_day.amount IS 'In units of the currency; above zero adds credit, below zero takes it';
COMMENT ON COLUMN reporting.usage_by_day.amount_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.usage_by_day.reversed_units IS 'Of units, those taken back since by corrections';
COMMENT ON COLUMN reporting.usage_by_day.reversed IS 'Of usage: what corrections gave back of it since, on whatever day. amount + reversed is what it cost in the end; the corrections themselves are rows of kind reversal on the day they were posted';
COMMENT ON COLUMN reporting.usage_by_day.reversed_micros IS 'The same in millionths';
COMMENT ON COLUMN reporting.usage_by_day.currency IS 'Of the account';
GRANT SELECT ON reporting.usage_by_day TO tollgate_reporting;

CREATE VIEW reporting.usage_by_day_progress AS
 SELECT a.account_id,
    a.last_sequence,
    COALESCE(p.through_sequence, 0::bigint) AS through_sequence,
    p.rolled_up_at,
    (p.rolled_up_at AT TIME ZONE 'UTC'::text)::date AS rolled_up_on
   FROM tollgate.accounts a
     LEFT JOIN tollgate.usage_by_day_progress p USING (account_id);
COMMENT ON VIEW reporting.usage_by_day_progress IS 'How far usage_by_day is, by account: all movements up to through_sequence are in it';
COMMENT ON COLUMN reporting.usage_by_day_progress.account_id IS 'The account';
COMMENT ON COLUMN reporting.usage_by_day_progress.last_sequence IS 'Its newest movement';
COMMENT ON COLUMN reporting.usage_by_day_progress.through_sequence IS 'The newest that is summed up; the same: nothing is missing';
COMMENT ON COLUMN reporting.usage_by_day_progress.rolled_up_at IS 'When it was last summed up; null: never';
COMMENT ON COLUMN reporting.usage_by_day_progress.rolled_up_on IS 'UTC date of rolled_up_at';
GRANT SELECT ON reporting.usage_by_day_progress TO tollgate_reporting;
