"""What the database itself refuses: a city's words at another city's places, and a speech that changes its city."""

from django.db import migrations

STAYS = """
CREATE FUNCTION delegation_stays_with_its_city() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    spoken bigint;
    placed bigint;
BEGIN
    SELECT s.mandate_id INTO spoken FROM messaging_edition e
        JOIN delegation_speech s ON s.message_id = e.message_id WHERE e.id = NEW.edition_id;
    SELECT p.mandate_id INTO placed FROM delegation_partnerplace p WHERE p.destination_id = NEW.destination_id;
    IF spoken IS DISTINCT FROM placed THEN
        RAISE EXCEPTION 'what is said for a city goes to the places of the same delegation, and nothing else does'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_stays_with_its_city BEFORE INSERT ON messaging_delivery
    FOR EACH ROW EXECUTE FUNCTION delegation_stays_with_its_city();

CREATE FUNCTION delegation_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept: for whom something was said never changes', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER speech_is_kept BEFORE UPDATE OR DELETE ON delegation_speech
    FOR EACH ROW EXECUTE FUNCTION delegation_is_kept();
CREATE TRIGGER partner_place_is_kept BEFORE UPDATE OR DELETE ON delegation_partnerplace
    FOR EACH ROW EXECUTE FUNCTION delegation_is_kept();

CREATE FUNCTION delegation_mandate_keeps_its_terms() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.key, NEW.partner_id, NEW.sha256, NEW.city, NEW.kinds, NEW.hazards, NEW.rule, NEW.valid_from,
        NEW.valid_until)
       IS DISTINCT FROM
       (OLD.key, OLD.partner_id, OLD.sha256, OLD.city, OLD.kinds, OLD.hazards, OLD.rule, OLD.valid_from,
        OLD.valid_until) THEN
        RAISE EXCEPTION 'a mandate keeps its terms' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'ended' AND NEW.state <> 'ended' THEN
        RAISE EXCEPTION 'a mandate that has ended does not come back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mandate_keeps_its_terms BEFORE UPDATE ON delegation_mandate
    FOR EACH ROW EXECUTE FUNCTION delegation_mandate_keeps_its_terms();
"""

GONE = """
DROP TRIGGER mandate_keeps_its_terms ON delegation_mandate;
DROP FUNCTION delegation_mandate_keeps_its_terms();
DROP TRIGGER partner_place_is_kept ON delegation_partnerplace;
DROP TRIGGER speech_is_kept ON delegation_speech;
DROP FUNCTION delegation_is_kept();
DROP TRIGGER delivery_stays_with_its_city ON messaging_delivery;
DROP FUNCTION delegation_stays_with_its_city();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("delegation", "0001_cities_speak_for_each_other"),
        ("messaging", "0006_multicasts"),
    ]

    operations = [migrations.RunSQL(STAYS, GONE)]
