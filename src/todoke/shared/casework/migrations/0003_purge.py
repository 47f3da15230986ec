"""What was written stays as it was, until the retention of the case is over: then what is personal goes at once."""

from django.db import migrations

MAY_BE_PURGED = r"""
CREATE OR REPLACE FUNCTION casework_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    now jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('casework.purging', true) = before ->> 'case_id' THEN
        now := to_jsonb(NEW);
        IF TG_TABLE_NAME = 'casework_caseevent' AND now ->> 'private' IS NULL
            AND now - '{private,by,actor_id}'::text[] = before - '{private,by,actor_id}'::text[] THEN
            RETURN NEW;
        END IF;
        IF TG_TABLE_NAME = 'casework_letter' AND now ->> 'body' = '\x'
            AND now - '{body,author_id}'::text[] = before - '{body,author_id}'::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is kept: it is never changed and never deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION casework_effect_keeps_its_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' AND NOT (
        current_setting('casework.purging', true) = OLD.case_id::text
        AND NEW.state = 'done' AND NEW.result = '{}'::jsonb
    ) THEN
        RAISE EXCEPTION 'an effect has one result' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION casework_purge(gone bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('casework.purging', gone::text, true);
    UPDATE casework_caseevent SET private = NULL,
        actor_id = CASE WHEN by LIKE 'resident:%' THEN NULL ELSE actor_id END,
        by = CASE WHEN by LIKE 'resident:%' THEN 'resident' ELSE by END
        WHERE case_id = gone;
    UPDATE casework_letter SET body = ''::bytea,
        author_id = CASE WHEN is_from_resident THEN NULL ELSE author_id END
        WHERE case_id = gone;
    -- An effect that still waits has nothing left to do it with.
    UPDATE casework_effectrun SET settings = '{}', trouble = '',
        result = CASE WHEN state = 'done' THEN '{}'::jsonb END,
        state = CASE WHEN state = 'waiting' THEN 'gave-up' ELSE state END
        WHERE case_id = gone;
    UPDATE casework_task SET resident_id = NULL WHERE case_id = gone;
    UPDATE casework_timer SET fires_at = NULL WHERE case_id = gone;
    UPDATE casework_case SET resident_id = NULL WHERE id = gone;
    PERFORM set_config('casework.purging', '', true);
END $$;
"""

NEVER = """
DROP FUNCTION casework_purge(bigint);
CREATE OR REPLACE FUNCTION casework_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept: it is never changed and never deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION casework_effect_keeps_its_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' THEN
        RAISE EXCEPTION 'an effect has one result' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_guards")]

    operations = [migrations.RunSQL(MAY_BE_PURGED, NEVER)]
