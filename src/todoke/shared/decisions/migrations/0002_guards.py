"""What the database itself refuses: changing a mark, a wording, or a published route."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION decisions_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept as it was written', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER mark_is_kept BEFORE UPDATE OR DELETE ON decisions_mark
    FOR EACH ROW EXECUTE FUNCTION decisions_is_kept();
CREATE TRIGGER content_is_kept BEFORE UPDATE OR DELETE ON decisions_content
    FOR EACH ROW EXECUTE FUNCTION decisions_is_kept();
CREATE TRIGGER route_version_is_kept BEFORE UPDATE OR DELETE ON decisions_routeversion
    FOR EACH ROW EXECUTE FUNCTION decisions_is_kept();

CREATE FUNCTION decisions_over_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.phase IN ('decided', 'dropped') AND (NEW.phase, NEW.content, NEW.round, NEW.decided_at, NEW.dropped_at)
       IS DISTINCT FROM (OLD.phase, OLD.content, OLD.round, OLD.decided_at, OLD.dropped_at) THEN
        RAISE EXCEPTION 'a paper that was decided or dropped stays so' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_over_is_over BEFORE UPDATE ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_over_is_over();
"""

GONE = """
DROP TRIGGER decision_over_is_over ON decisions_decision;
DROP FUNCTION decisions_over_is_over();
DROP TRIGGER route_version_is_kept ON decisions_routeversion;
DROP TRIGGER content_is_kept ON decisions_content;
DROP TRIGGER mark_is_kept ON decisions_mark;
DROP FUNCTION decisions_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_papers")]

    operations = [migrations.RunSQL(GUARDS, GONE)]
