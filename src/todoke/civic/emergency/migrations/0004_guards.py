"""What the database itself refuses: a mode that changes, a drill inside an incident in earnest, a rewritten template."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION emergency_incident_keeps_its_mode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mode <> OLD.mode THEN
        RAISE EXCEPTION 'an incident keeps its mode' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER incident_keeps_its_mode BEFORE UPDATE ON emergency_incident
    FOR EACH ROW EXECUTE FUNCTION emergency_incident_keeps_its_mode();

CREATE FUNCTION emergency_draft_has_the_mode_of_its_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mode <> (SELECT mode FROM emergency_incident WHERE id = NEW.incident_id) THEN
        RAISE EXCEPTION 'a draft has the mode of its incident' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.message_id IS NOT NULL AND NEW.mode <> (SELECT mode FROM messaging_message WHERE id = NEW.message_id) THEN
        RAISE EXCEPTION 'a draft has the mode of its message' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.prepared_from_id IS NOT NULL
        AND NEW.mode <> (SELECT mode FROM emergency_telegram WHERE id = NEW.prepared_from_id) THEN
        RAISE EXCEPTION 'a draft has the mode of its telegram' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draft_has_the_mode_of_its_incident BEFORE INSERT OR UPDATE ON emergency_draft
    FOR EACH ROW EXECUTE FUNCTION emergency_draft_has_the_mode_of_its_incident();

CREATE FUNCTION emergency_template_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.key, NEW.version, NEW.name, NEW.kind, NEW.hazard, NEW.level, NEW.notice, NEW.valid_hours, NEW.texts)
       IS DISTINCT FROM
       (OLD.key, OLD.version, OLD.name, OLD.kind, OLD.hazard, OLD.level, OLD.notice, OLD.valid_hours, OLD.texts) THEN
        RAISE EXCEPTION 'a version of a template never changes: make a new one' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER template_is_written_once BEFORE UPDATE ON emergency_template
    FOR EACH ROW EXECUTE FUNCTION emergency_template_is_written_once();
"""

BACKWARDS = """
DROP TRIGGER template_is_written_once ON emergency_template;
DROP FUNCTION emergency_template_is_written_once();
DROP TRIGGER draft_has_the_mode_of_its_incident ON emergency_draft;
DROP FUNCTION emergency_draft_has_the_mode_of_its_incident();
DROP TRIGGER incident_keeps_its_mode ON emergency_incident;
DROP FUNCTION emergency_incident_keeps_its_mode();
"""


class Migration(migrations.Migration):
    dependencies = [("emergency", "0003_incidents_and_drafts"), ("messaging", "0002_guards")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
