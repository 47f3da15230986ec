"""A tree without circles, held by the database: a check sees one row only, so a trigger walks up."""

from django.db import migrations

WALK_UP = """
CREATE FUNCTION places_area_forms_a_tree() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        WITH RECURSIVE above(id, parent_id) AS (
            SELECT id, parent_id FROM places_area WHERE id = NEW.parent_id
            UNION
            SELECT area.id, area.parent_id FROM places_area AS area JOIN above ON area.id = above.parent_id
        )
        SELECT 1 FROM above WHERE id = NEW.id
    ) THEN
        RAISE EXCEPTION 'area % would stand below itself', NEW.key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'places_area_forms_a_tree';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER places_area_forms_a_tree
    AFTER INSERT OR UPDATE OF parent_id ON places_area
    DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION places_area_forms_a_tree();
"""

LET_GO = """
DROP TRIGGER places_area_forms_a_tree ON places_area;
DROP FUNCTION places_area_forms_a_tree();
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_areas_and_facilities")]

    operations = [migrations.RunSQL(WALK_UP, LET_GO)]
