"""What the database itself refuses in the mass lane: a recipient that moves back, or vanishes before it was counted."""

from django.db import migrations

GUARDS = """
-- Only what is refused costs a call: the conditions stand in the trigger, for there are millions of good moves.
CREATE FUNCTION messaging_recipient_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a recipient does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER recipient_moves_as_allowed BEFORE UPDATE ON messaging_recipient FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND NOT (
        OLD.state = 0                              -- planned: whatever comes
        OR (OLD.state = 1 AND NEW.state = 3)       -- accepted, then sent back
        OR (OLD.state = 8 AND NEW.state <> 0)      -- doubtful: may have left, so it never counts as not sent again
        OR (OLD.state = 7 AND NEW.state IN (0, 1)) -- unknown: a person decides
        ))
    EXECUTE FUNCTION messaging_recipient_refused();

CREATE FUNCTION messaging_recipient_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM messaging_mailing WHERE id = OLD.mailing_id AND folded_at IS NOT NULL) THEN
        RAISE EXCEPTION 'recipients are kept until their mailing is folded' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER recipient_is_kept BEFORE DELETE ON messaging_recipient
    FOR EACH ROW EXECUTE FUNCTION messaging_recipient_is_kept();

CREATE FUNCTION messaging_mailing_keeps_its_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.delivery_id <> OLD.delivery_id
       OR (OLD.stopped_at IS NOT NULL AND NEW.stopped_at IS NULL)
       OR (OLD.folded_at IS NOT NULL AND NEW.counts <> OLD.counts)
       OR (NEW.folded_at IS NOT NULL AND NEW.ended_at IS NULL)
       OR NEW.planned_to < OLD.planned_to THEN
        RAISE EXCEPTION 'a mailing does not go back' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mailing_keeps_its_end BEFORE UPDATE ON messaging_mailing
    FOR EACH ROW EXECUTE FUNCTION messaging_mailing_keeps_its_end();
CREATE TRIGGER mailing_is_kept BEFORE DELETE ON messaging_mailing
    FOR EACH ROW EXECUTE FUNCTION messaging_is_frozen();

-- Room on every page for each row's next state, so that no index entry is written when a recipient moves.
ALTER TABLE messaging_recipient SET (fillfactor = 50);
"""

UNDO = """
DROP TRIGGER recipient_moves_as_allowed ON messaging_recipient;
DROP TRIGGER recipient_is_kept ON messaging_recipient;
DROP TRIGGER mailing_keeps_its_end ON messaging_mailing;
DROP TRIGGER mailing_is_kept ON messaging_mailing;
DROP FUNCTION messaging_recipient_refused, messaging_recipient_is_kept, messaging_mailing_keeps_its_end;
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_mass_lane")]
    operations = [migrations.RunSQL(GUARDS, UNDO)]
