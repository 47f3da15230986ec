from django.db import migrations

# The same bytes as rules.Link.hash_after: each field led by its length in four bytes.
FUNCTIONS = """
CREATE FUNCTION audit_led(field bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT int4send(octet_length(field)) || field $$;

CREATE FUNCTION audit_led(field text) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$$ SELECT audit_led(convert_to(field, 'UTF8')) $$;

-- Runs at commit. The lock on the head row is taken here and held for the rest of the commit only, so that a long
-- transaction keeps nobody waiting, and numbers have no gaps: what is rolled back never had one.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    head audit_head%ROWTYPE;
    link bytea;
BEGIN
    SELECT * INTO head FROM audit_head WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_head (id, number, hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'))
        ON CONFLICT (id) DO NOTHING;
        SELECT * INTO head FROM audit_head WHERE id = 1 FOR UPDATE;
    END IF;
    link := sha256(
        audit_led('todoke-audit-1'::text)
        || audit_led(head.hash)
        || audit_led((head.number + 1)::text)
        || audit_led(NEW.id::text)
        || audit_led((extract(epoch FROM NEW.at) * 1000000)::bigint::text)
        || audit_led(NEW.what::text)
        || audit_led(NEW.actor::text)
        || audit_led(NEW.target_type::text)
        || audit_led(NEW.target_key)
        || audit_led(NEW.payload_hash)
    );
    UPDATE audit_entry SET number = head.number + 1, previous_hash = head.hash, hash = link WHERE id = NEW.id;
    UPDATE audit_head SET number = head.number + 1, hash = link WHERE id = 1;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_guard_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.number IS NULL AND NEW.previous_hash IS NULL AND NEW.hash IS NULL THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'audit: an entry gets its number and hash from the chain alone';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        -- The chain fills its own columns, once.
        IF OLD.hash IS NULL AND pg_trigger_depth() > 1
            AND to_jsonb(NEW) - '{number,previous_hash,hash}'::text[]
                = to_jsonb(OLD) - '{number,previous_hash,hash}'::text[] THEN
            RETURN NEW;
        END IF;
        -- A purge takes payload and salt, and nothing else.
        IF current_setting('todoke.audit_purge', true) = 'on'
            AND OLD.hash IS NOT NULL AND NEW.payload IS NULL AND NEW.salt IS NULL
            AND to_jsonb(NEW) - '{payload,salt}'::text[] = to_jsonb(OLD) - '{payload,salt}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit: entries are neither changed nor deleted (entry %)', OLD.id
        USING HINT = 'What may no longer be kept is purged with todoke.ground.audit.actions.purge.';
END $$;

CREATE FUNCTION audit_guard_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'audit: the head of the chain is written by the chain alone';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION audit_purge(numbers bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('todoke.audit_purge', 'on', true);
    UPDATE audit_entry SET payload = NULL, salt = NULL WHERE number = ANY (numbers) AND payload IS NOT NULL;
    PERFORM set_config('todoke.audit_purge', 'off', true);
END $$;
"""

# TRUNCATE stays possible for the owner of the table, as DROP is; `todoke audit verify` sees it by the anchors.
TRIGGERS = """
CREATE TRIGGER audit_entry_guarded BEFORE INSERT OR UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_guard_entry();

CREATE CONSTRAINT TRIGGER audit_entry_chained AFTER INSERT ON audit_entry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();

CREATE TRIGGER audit_head_guarded BEFORE INSERT OR UPDATE OR DELETE ON audit_head
FOR EACH ROW EXECUTE FUNCTION audit_guard_head();
"""

BACK = """
DROP TRIGGER audit_head_guarded ON audit_head;
DROP TRIGGER audit_entry_chained ON audit_entry;
DROP TRIGGER audit_entry_guarded ON audit_entry;
DROP FUNCTION audit_purge(bigint[]);
DROP FUNCTION audit_guard_head();
DROP FUNCTION audit_guard_entry();
DROP FUNCTION audit_chain();
DROP FUNCTION audit_led(text);
DROP FUNCTION audit_led(bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_entries_and_head")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK)]
