"""What was written stays as it was, until the retention of the whole paper is over: then all of it goes at once."""

from django.db import migrations

MAY_BE_PURGED = """
CREATE OR REPLACE FUNCTION decisions_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME <> 'decisions_routeversion'
       AND current_setting('decisions.purging', true) = OLD.decision_id::text THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is kept as it was written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION decisions_purge(paper bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('decisions.purging', paper::text, true);
    DELETE FROM decisions_attachment WHERE content_id IN (SELECT id FROM decisions_content WHERE decision_id = paper);
    DELETE FROM decisions_content WHERE decision_id = paper;
    DELETE FROM decisions_mark WHERE decision_id = paper;
    DELETE FROM decisions_readingtask WHERE decision_id = paper;
    DELETE FROM decisions_step WHERE decision_id = paper;
    DELETE FROM decisions_decision WHERE id = paper;
    PERFORM set_config('decisions.purging', '', true);
END $$;
"""

NEVER = """
DROP FUNCTION decisions_purge(bigint);
CREATE OR REPLACE FUNCTION decisions_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept as it was written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0002_guards")]

    operations = [migrations.RunSQL(MAY_BE_PURGED, NEVER)]
