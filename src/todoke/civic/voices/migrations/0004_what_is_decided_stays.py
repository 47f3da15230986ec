from django.db import migrations

FUNCTION = """
-- What was put to decision is what the deciders read: only its way is still written, or what was published of it.
CREATE FUNCTION voices_guard_theme() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'writing' AND (NEW.title, NEW.summary, NEW.view, NEW.has_changed, NEW.written_by_id)
        IS DISTINCT FROM (OLD.title, OLD.summary, OLD.view, OLD.has_changed, OLD.written_by_id) THEN
        RAISE EXCEPTION 'voices: the texts of a theme that was put to decision are not changed (theme %)', OLD.id
            USING HINT = 'Drop the paper, and write it again.';
    END IF;
    IF OLD.state = 'answered' AND NEW.state <> 'answered' THEN
        RAISE EXCEPTION 'voices: what was answered stays answered (theme %)', OLD.id;
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGER = """
CREATE TRIGGER decided_theme_stays BEFORE UPDATE ON voices_theme
FOR EACH ROW EXECUTE FUNCTION voices_guard_theme();
"""


class Migration(migrations.Migration):
    dependencies = [("voices", "0003_voices_and_themes")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION voices_guard_theme()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER decided_theme_stays ON voices_theme"),
    ]
