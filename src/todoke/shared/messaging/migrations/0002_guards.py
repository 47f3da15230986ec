"""What the database itself refuses: changing what was said, forging where it went, moving a delivery out of turn."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION messaging_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is frozen: what was said is never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER edition_is_frozen BEFORE UPDATE OR DELETE ON messaging_edition
    FOR EACH ROW EXECUTE FUNCTION messaging_is_frozen();
CREATE TRIGGER artefact_is_frozen BEFORE UPDATE OR DELETE ON messaging_frozenartefact
    FOR EACH ROW EXECUTE FUNCTION messaging_is_frozen();

CREATE FUNCTION messaging_message_keeps_its_mode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mode <> OLD.mode OR NEW.key <> OLD.key THEN
        RAISE EXCEPTION 'a message keeps its mode and its key' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER message_keeps_its_mode BEFORE UPDATE ON messaging_message
    FOR EACH ROW EXECUTE FUNCTION messaging_message_keeps_its_mode();

CREATE FUNCTION messaging_edition_fits_its_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mode <> (SELECT mode FROM messaging_message WHERE id = NEW.message_id) THEN
        RAISE EXCEPTION 'an edition has the mode of its message' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM messaging_edition WHERE message_id = NEW.message_id AND kind = 'cancel') THEN
        RAISE EXCEPTION 'nothing follows a cancellation' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER edition_fits_its_message BEFORE INSERT ON messaging_edition
    FOR EACH ROW EXECUTE FUNCTION messaging_edition_fits_its_message();
"""

DELIVERY = """
CREATE FUNCTION messaging_delivery_repeats_its_parents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT e.message_id, e.number, e.mode, e.expires_at, m.lane
        INTO NEW.message_id, NEW.number, NEW.mode, NEW.expires_at, NEW.lane
        FROM messaging_edition e JOIN messaging_message m ON m.id = e.message_id WHERE e.id = NEW.edition_id;
    SELECT d.channel, d.reach, d.joins_drills INTO NEW.channel, NEW.reach, NEW.joins_drills
        FROM messaging_destination d WHERE d.id = NEW.destination_id;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_repeats_its_parents BEFORE INSERT ON messaging_delivery
    FOR EACH ROW EXECUTE FUNCTION messaging_delivery_repeats_its_parents();

CREATE FUNCTION messaging_delivery_moves_as_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.edition_id, NEW.destination_id, NEW.message_id, NEW.number, NEW.mode, NEW.reach, NEW.joins_drills,
        NEW.channel, NEW.lane, NEW.expires_at)
       IS DISTINCT FROM
       (OLD.edition_id, OLD.destination_id, OLD.message_id, OLD.number, OLD.mode, OLD.reach, OLD.joins_drills,
        OLD.channel, OLD.lane, OLD.expires_at) THEN
        RAISE EXCEPTION 'a delivery keeps its edition and its destination' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state, NEW.state) IN (
        ('planned', 'leased'), ('planned', 'withdrawn'), ('planned', 'expired'),
        ('leased', 'handed_over'), ('leased', 'planned'), ('leased', 'withdrawn'), ('leased', 'expired'),
        ('leased', 'failed'),
        ('handed_over', 'accepted'), ('handed_over', 'confirmed'), ('handed_over', 'planned'),
        ('handed_over', 'failed'), ('handed_over', 'expired'), ('handed_over', 'unknown'),
        ('handed_over', 'withdrawn'),
        ('accepted', 'confirmed'), ('accepted', 'failed'),
        ('unknown', 'planned'), ('unknown', 'accepted'), ('unknown', 'confirmed'), ('unknown', 'failed'),
        ('failed', 'planned'), ('failed', 'confirmed'),
        ('expired', 'confirmed')) THEN
        RAISE EXCEPTION 'a delivery does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_moves_as_allowed BEFORE UPDATE ON messaging_delivery
    FOR EACH ROW EXECUTE FUNCTION messaging_delivery_moves_as_allowed();
CREATE TRIGGER delivery_is_kept BEFORE DELETE ON messaging_delivery
    FOR EACH ROW EXECUTE FUNCTION messaging_is_frozen();

CREATE FUNCTION messaging_attempt_is_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.outcome <> ''
       OR (NEW.delivery_id, NEW.number, NEW.key, NEW.parcel_sha256, NEW.worker, NEW.started_at)
          IS DISTINCT FROM
          (OLD.delivery_id, OLD.number, OLD.key, OLD.parcel_sha256, OLD.worker, OLD.started_at) THEN
        RAISE EXCEPTION 'an attempt is written once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_is_written_once BEFORE UPDATE OR DELETE ON messaging_attempt
    FOR EACH ROW EXECUTE FUNCTION messaging_attempt_is_written_once();
"""

UNDO = """
DROP TRIGGER edition_is_frozen ON messaging_edition;
DROP TRIGGER edition_fits_its_message ON messaging_edition;
DROP TRIGGER artefact_is_frozen ON messaging_frozenartefact;
DROP TRIGGER message_keeps_its_mode ON messaging_message;
DROP TRIGGER delivery_repeats_its_parents ON messaging_delivery;
DROP TRIGGER delivery_moves_as_allowed ON messaging_delivery;
DROP TRIGGER delivery_is_kept ON messaging_delivery;
DROP TRIGGER attempt_is_written_once ON messaging_attempt;
DROP FUNCTION messaging_is_frozen, messaging_message_keeps_its_mode, messaging_edition_fits_its_message,
    messaging_delivery_repeats_its_parents, messaging_delivery_moves_as_allowed, messaging_attempt_is_written_once;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_ledger")]
    operations = [migrations.RunSQL(FROZEN + DELIVERY, UNDO)]
