"""Why a document ended may name people: it goes with the rest. Documents are found by their custody."""

from django.db import migrations, models
from django.db.models import Q

EMPTIED = """
CREATE OR REPLACE FUNCTION documents_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF OLD.state <> 'valid' AND (
        (NEW.state, NEW.ended_at) IS DISTINCT FROM (OLD.state, OLD.ended_at)
        OR NEW.end_reason <> OLD.end_reason AND NOT (
            OLD.shredded_at IS NULL AND NEW.shredded_at IS NOT NULL AND NEW.end_reason = ''
        )
    ) THEN
        RAISE EXCEPTION 'documents: a document ends once (document %)', OLD.id;
    END IF;
    IF NEW.particulars IS DISTINCT FROM OLD.particulars AND NEW.particulars IS NOT NULL THEN
        RAISE EXCEPTION 'documents: particulars are shredded, never rewritten (document %)', OLD.id;
    END IF;
    RETURN NEW;
END $$;
"""

KEPT = """
CREATE OR REPLACE FUNCTION documents_guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
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


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_what_never_changes")]

    operations = [
        migrations.RunSQL(EMPTIED, KEPT),
        migrations.RemoveConstraint("officialdocument", "document_withdrawn_says_why"),
        migrations.AddConstraint(
            "officialdocument",
            models.CheckConstraint(
                condition=~Q(state="withdrawn")
                | (Q(ended_at__isnull=False) & (~Q(end_reason="") | Q(shredded_at__isnull=False))),
                name="document_withdrawn_says_why",
            ),
        ),
        migrations.AddIndex(
            "officialdocument",
            models.Index(fields=["custody"], condition=~Q(custody=""), name="document_in_custody"),
        ),
    ]
