"""What the database itself refuses: a published flow that changes, a history with a gap, a letter that is rewritten."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION casework_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept: it is never changed and never deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER flow_version_is_kept BEFORE UPDATE OR DELETE ON casework_flowversion
    FOR EACH ROW EXECUTE FUNCTION casework_is_kept();
CREATE TRIGGER case_event_is_kept BEFORE UPDATE OR DELETE ON casework_caseevent
    FOR EACH ROW EXECUTE FUNCTION casework_is_kept();
CREATE TRIGGER letter_is_kept BEFORE UPDATE OR DELETE ON casework_letter
    FOR EACH ROW EXECUTE FUNCTION casework_is_kept();

CREATE FUNCTION casework_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    latest integer;
BEGIN
    SELECT coalesce(max(seq), 0) INTO latest FROM casework_caseevent WHERE case_id = NEW.case_id;
    IF NEW.seq <> latest + 1 THEN
        RAISE EXCEPTION 'event % of case % does not follow event %', NEW.seq, NEW.case_id, latest
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER case_event_follows BEFORE INSERT ON casework_caseevent
    FOR EACH ROW EXECUTE FUNCTION casework_event_follows();

CREATE FUNCTION casework_effect_keeps_its_result() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'done' THEN
        RAISE EXCEPTION 'an effect has one result' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER effect_keeps_its_result BEFORE UPDATE ON casework_effectrun
    FOR EACH ROW EXECUTE FUNCTION casework_effect_keeps_its_result();

CREATE FUNCTION casework_task_is_done_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.done_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a task is done once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER task_is_done_once BEFORE UPDATE OF done_at, withdrawn_at ON casework_task
    FOR EACH ROW EXECUTE FUNCTION casework_task_is_done_once();
"""

GONE = """
DROP TRIGGER task_is_done_once ON casework_task;
DROP FUNCTION casework_task_is_done_once();
DROP TRIGGER effect_keeps_its_result ON casework_effectrun;
DROP FUNCTION casework_effect_keeps_its_result();
DROP TRIGGER case_event_follows ON casework_caseevent;
DROP FUNCTION casework_event_follows();
DROP TRIGGER letter_is_kept ON casework_letter;
DROP TRIGGER case_event_is_kept ON casework_caseevent;
DROP TRIGGER flow_version_is_kept ON casework_flowversion;
DROP FUNCTION casework_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_cases")]

    operations = [migrations.RunSQL(GUARDS, GONE)]
