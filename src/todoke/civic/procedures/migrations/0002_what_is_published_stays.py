from django.db import migrations

FUNCTION = """
-- What was published is evidence: what the city asked for and promised. Only its end is still written.
CREATE FUNCTION procedures_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state <> 'draft' THEN
            RAISE EXCEPTION 'procedures: a published version is not deleted (version %)', OLD.id;
        END IF;
        RETURN OLD;
    END IF;
    IF encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') <> NEW.sha256 THEN
        RAISE EXCEPTION 'procedures: the hash is not that of the text';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' THEN
        IF to_jsonb(NEW) - '{state,retired_at}'::text[] <> to_jsonb(OLD) - '{state,retired_at}'::text[]
            OR OLD.state = 'retired' OR NEW.state = 'draft' THEN
            RAISE EXCEPTION 'procedures: a published version is not changed (version %)', OLD.id
                USING HINT = 'Make a new draft of the procedure.';
        END IF;
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGER = """
CREATE TRIGGER published_procedure_stays BEFORE INSERT OR UPDATE OR DELETE ON procedures_procedureversion
FOR EACH ROW EXECUTE FUNCTION procedures_guard_version();
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_procedures_and_filings")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION procedures_guard_version()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER published_procedure_stays ON procedures_procedureversion"),
    ]
