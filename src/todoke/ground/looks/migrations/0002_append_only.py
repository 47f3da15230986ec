from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION looks_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('todoke.looks_expire', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('todoke.looks_forget', true) = 'on' AND NEW.note = ''
        AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'looks: a look is neither changed nor deleted (look %)', OLD.id
        USING HINT = 'Old ones go by looks_expire(), words about a purged record by looks_forget().';
END $$;

CREATE FUNCTION looks_expire(before timestamptz) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM set_config('todoke.looks_expire', 'on', true);
    DELETE FROM looks_look WHERE at < before;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('todoke.looks_expire', 'off', true);
    RETURN gone;
END $$;

CREATE FUNCTION looks_forget(of_type text, of_key text) RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('todoke.looks_forget', 'on', true);
    RETURN QUERY UPDATE looks_look SET note = ''
        WHERE target_type = of_type AND target_key = of_key AND note <> '' RETURNING id;
    PERFORM set_config('todoke.looks_forget', 'off', true);
END $$;

CREATE TRIGGER looks_guarded BEFORE UPDATE OR DELETE ON looks_look
FOR EACH ROW EXECUTE FUNCTION looks_guard();
"""

BACK = """
DROP TRIGGER looks_guarded ON looks_look;
DROP FUNCTION looks_forget(text, text);
DROP FUNCTION looks_expire(timestamptz);
DROP FUNCTION looks_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("looks", "0001_looks")]

    operations = [migrations.RunSQL(FUNCTIONS, BACK)]
