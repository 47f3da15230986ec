"""What the database itself refuses: a second use of an invitation, an answer in the wrong box, or one after the end."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION voices_survey_keeps_its_promise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.anonymity, NEW.mode) IS DISTINCT FROM (OLD.anonymity, OLD.mode) THEN
        RAISE EXCEPTION 'a survey stays as named or unlinkable, open or by invitation, as it was made'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.closed_on IS NOT NULL AND NEW.closed_on IS DISTINCT FROM OLD.closed_on THEN
        RAISE EXCEPTION 'a survey that has ended is not opened again' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.published_on IS NOT NULL
       AND (NEW.published_on, NEW.results) IS DISTINCT FROM (OLD.published_on, OLD.results) THEN
        RAISE EXCEPTION 'published results stay as they are' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER survey_keeps_its_promise BEFORE UPDATE ON voices_survey
    FOR EACH ROW EXECUTE FUNCTION voices_survey_keeps_its_promise();

CREATE FUNCTION voices_invitation_is_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.used_on IS NOT NULL AND NEW.used_on IS DISTINCT FROM OLD.used_on THEN
        RAISE EXCEPTION 'an invitation is good for one answer' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.contact IS NOT NULL
       AND (SELECT anonymity FROM voices_survey WHERE id = NEW.survey_id) <> 'named' THEN
        RAISE EXCEPTION 'an invitation to an unlinkable survey knows nobody' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invitation_is_used_once BEFORE INSERT OR UPDATE ON voices_invitation
    FOR EACH ROW EXECUTE FUNCTION voices_invitation_is_used_once();

CREATE FUNCTION voices_answer_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an answer is not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER unlinkable_answer_is_kept BEFORE UPDATE ON voices_unlinkableanswer
    FOR EACH ROW EXECUTE FUNCTION voices_answer_is_kept();
CREATE TRIGGER named_answer_is_kept BEFORE UPDATE ON voices_namedanswer
    FOR EACH ROW EXECUTE FUNCTION voices_answer_is_kept();

-- Once for each statement: a mixing puts many in again.
CREATE FUNCTION voices_unlinkable_answer_may_come() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked voices_survey%ROWTYPE;
BEGIN
    FOR asked IN SELECT * FROM voices_survey WHERE id IN (SELECT survey_id FROM came) LOOP
        IF asked.anonymity <> 'unlinkable' OR asked.closed_on IS NOT NULL OR asked.purged_on IS NOT NULL THEN
            RAISE EXCEPTION 'this survey takes no unlinkable answer' USING ERRCODE = 'restrict_violation';
        END IF;
        IF asked.mode = 'invited'
           AND (SELECT count(*) FROM voices_unlinkableanswer WHERE survey_id = asked.id)
             > (SELECT count(*) FROM voices_invitation WHERE survey_id = asked.id AND used_on IS NOT NULL) THEN
            RAISE EXCEPTION 'more answers than used invitations' USING ERRCODE = 'restrict_violation';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER unlinkable_answer_may_come AFTER INSERT ON voices_unlinkableanswer
    REFERENCING NEW TABLE AS came FOR EACH STATEMENT EXECUTE FUNCTION voices_unlinkable_answer_may_come();

CREATE FUNCTION voices_named_answer_may_come() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE asked voices_survey%ROWTYPE;
BEGIN
    SELECT * INTO asked FROM voices_survey WHERE id = NEW.survey_id;
    IF asked.anonymity <> 'named' OR asked.closed_on IS NOT NULL OR asked.purged_on IS NOT NULL THEN
        RAISE EXCEPTION 'this survey takes no named answer' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.invitation_id IS NULL AND asked.mode = 'invited' THEN
        RAISE EXCEPTION 'an answer to this survey needs an invitation' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.invitation_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM voices_invitation
        WHERE id = NEW.invitation_id AND survey_id = NEW.survey_id AND used_on IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'the invitation is not one of this survey, or was not used' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER named_answer_may_come BEFORE INSERT ON voices_namedanswer
    FOR EACH ROW EXECUTE FUNCTION voices_named_answer_may_come();
"""

GONE = """
DROP TRIGGER named_answer_may_come ON voices_namedanswer;
DROP FUNCTION voices_named_answer_may_come();
DROP TRIGGER unlinkable_answer_may_come ON voices_unlinkableanswer;
DROP FUNCTION voices_unlinkable_answer_may_come();
DROP TRIGGER named_answer_is_kept ON voices_namedanswer;
DROP TRIGGER unlinkable_answer_is_kept ON voices_unlinkableanswer;
DROP FUNCTION voices_answer_is_kept();
DROP TRIGGER invitation_is_used_once ON voices_invitation;
DROP FUNCTION voices_invitation_is_used_once();
DROP TRIGGER survey_keeps_its_promise ON voices_survey;
DROP FUNCTION voices_survey_keeps_its_promise();
"""


class Migration(migrations.Migration):
    dependencies = [("voices", "0001_surveys")]

    operations = [migrations.RunSQL(GUARDS, GONE)]
