from django.db import migrations

FUNCTIONS = """
-- A published version is read by everybody who was sent such a letter: it never changes. It may only be retired.
CREATE FUNCTION documents_guard_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN COALESCE(NEW, OLD);
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'published' AND NEW.state = 'retired'
        AND to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'documents: a published version of a letter is neither changed nor deleted (version %)', OLD.id
        USING HINT = 'Make a new draft and publish it.';
END $$;

CREATE FUNCTION documents_guard_use() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'documents: the book of seal uses is neither changed nor shortened (use %)', OLD.id;
END $$;

CREATE FUNCTION documents_guard_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'documents: a number is voided, never deleted (%)', OLD.text;
    END IF;
    IF OLD.state = 'reserved' AND NEW.state IN ('reserved', 'used', 'voided')
        AND to_jsonb(NEW) - '{state,void_reason,voided_at}'::text[]
            = to_jsonb(OLD) - '{state,void_reason,voided_at}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'documents: a number that was used or voided stays so (%)', OLD.text;
END $$;

-- What the law asks for is copied from the disposition, whatever the programme says.
CREATE FUNCTION documents_ask() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT needs_reasons, needs_instructions INTO STRICT NEW.needs_reasons, NEW.needs_instructions
    FROM documents_disposition WHERE id = NEW.disposition_id;
    RETURN NEW;
END $$;

CREATE FUNCTION documents_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending text[] := '{state,ended_at,ended_by_id,end_reason}';
    shredding text[] := '{particulars,secret_hash,shredded_at}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'documents: a document is withdrawn, never deleted (document %)', OLD.id;
    END IF;
    IF to_jsonb(NEW) - ending - shredding <> to_jsonb(OLD) - ending - shredding THEN
        RAISE EXCEPTION 'documents: what was issued never changes (document %)', OLD.id
            USING HINT = 'Withdraw it, or replace it by a new one.';
    END IF;
    IF OLD.state <> 'valid' AND (NEW.state, NEW.ended_at, NEW.end_reason)
        IS DISTINCT FROM (OLD.state, OLD.ended_at, OLD.end_reason) THEN
        RAISE EXCEPTION 'documents: a document ends once (document %)', OLD.id;
    END IF;
    IF NEW.particulars IS DISTINCT FROM OLD.particulars AND NEW.particulars IS NOT NULL THEN
        RAISE EXCEPTION 'documents: particulars are shredded, never rewritten (document %)', OLD.id;
    END IF;
    RETURN NEW;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER documents_version_guarded BEFORE UPDATE OR DELETE ON documents_letterversion
FOR EACH ROW EXECUTE FUNCTION documents_guard_version();
CREATE TRIGGER documents_use_guarded BEFORE UPDATE OR DELETE ON documents_sealuse
FOR EACH ROW EXECUTE FUNCTION documents_guard_use();
CREATE TRIGGER documents_number_guarded BEFORE UPDATE OR DELETE ON documents_documentnumber
FOR EACH ROW EXECUTE FUNCTION documents_guard_number();
CREATE TRIGGER documents_document_asked BEFORE INSERT ON documents_officialdocument
FOR EACH ROW EXECUTE FUNCTION documents_ask();
CREATE TRIGGER documents_document_guarded BEFORE UPDATE OR DELETE ON documents_officialdocument
FOR EACH ROW EXECUTE FUNCTION documents_guard_document();
"""

BACK = """
DROP TRIGGER documents_document_guarded ON documents_officialdocument;
DROP TRIGGER documents_document_asked ON documents_officialdocument;
DROP TRIGGER documents_number_guarded ON documents_documentnumber;
DROP TRIGGER documents_use_guarded ON documents_sealuse;
DROP TRIGGER documents_version_guarded ON documents_letterversion;
DROP FUNCTION documents_guard_document();
DROP FUNCTION documents_ask();
DROP FUNCTION documents_guard_number();
DROP FUNCTION documents_guard_use();
DROP FUNCTION documents_guard_version();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_documents")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK)]
