from django.db import migrations

FUNCTIONS = """
-- What is published is evidence: what was asked, in which words. Only its end is still written.
CREATE FUNCTION paperwork_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF encode(sha256(convert_to(NEW.document, 'UTF8')), 'hex') <> NEW.sha256 THEN
        RAISE EXCEPTION 'paperwork: the hash is not that of the document';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state <> 'draft' THEN
        IF to_jsonb(NEW) - '{state,retired_at}'::text[] <> to_jsonb(OLD) - '{state,retired_at}'::text[]
            OR (OLD.state = 'retired' AND NEW.state <> 'retired') OR NEW.state = 'draft' THEN
            RAISE EXCEPTION 'paperwork: a published version is not changed (version %)', OLD.id
                USING HINT = 'Make a new draft of the form.';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION paperwork_guard_version_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'paperwork: a published version is not deleted (version %)', OLD.id;
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION paperwork_guard_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'paperwork: a version of a block is neither changed nor deleted (version %)', OLD.id
        USING HINT = 'Make a new version of the block.';
END $$;

-- Arrival is evidence: the instant is the database's, given once, when the key of the submission is written.
CREATE FUNCTION paperwork_guard_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.arrived_at IS NOT NULL OR NEW.submit_key <> '' THEN
            RAISE EXCEPTION 'paperwork: a revision begins open';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.arrived_at IS NULL THEN
        NEW.arrived_at := CASE WHEN NEW.submit_key = '' THEN NULL ELSE clock_timestamp() END;
        RETURN NEW;
    END IF;
    IF current_setting('todoke.paperwork_purge', true) = 'on'
        AND NEW.plain = '{}' AND NEW.sealed IS NULL AND NEW.sources = '{}'::jsonb
        AND to_jsonb(NEW) - '{plain,sealed,sources}'::text[] = to_jsonb(OLD) - '{plain,sealed,sources}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'paperwork: what has arrived is not changed (revision %)', OLD.id
        USING HINT = 'Open a new revision.';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER paperwork_version_guarded BEFORE INSERT OR UPDATE ON paperwork_formversion
FOR EACH ROW EXECUTE FUNCTION paperwork_guard_version();
CREATE TRIGGER paperwork_version_kept BEFORE DELETE ON paperwork_formversion
FOR EACH ROW EXECUTE FUNCTION paperwork_guard_version_end();
CREATE TRIGGER paperwork_block_guarded BEFORE UPDATE OR DELETE ON paperwork_blockversion
FOR EACH ROW EXECUTE FUNCTION paperwork_guard_block();
CREATE TRIGGER paperwork_revision_guarded BEFORE INSERT OR UPDATE ON paperwork_revision
FOR EACH ROW EXECUTE FUNCTION paperwork_guard_revision();
"""

BACK = """
DROP TRIGGER paperwork_revision_guarded ON paperwork_revision;
DROP TRIGGER paperwork_block_guarded ON paperwork_blockversion;
DROP TRIGGER paperwork_version_kept ON paperwork_formversion;
DROP TRIGGER paperwork_version_guarded ON paperwork_formversion;
DROP FUNCTION paperwork_guard_revision();
DROP FUNCTION paperwork_guard_block();
DROP FUNCTION paperwork_guard_version_end();
DROP FUNCTION paperwork_guard_version();
"""


class Migration(migrations.Migration):
    dependencies = [("paperwork", "0001_forms_and_responses")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK)]
