"""A section with one procedure, for `procedures`: nothing else of a city is needed to hand a form in."""

from typing import Any

from bench._form import FLOW, KEY, SECTION, document


def fill_city() -> Any:
    """The published procedure."""
    from django.db import transaction

    from todoke.base.clock import now
    from todoke.civic.procedures.actions.drafting import keep_draft, put_into_force
    from todoke.civic.procedures.document import read_procedure
    from todoke.civic.procedures.models import ProcedureVersion, StandardFlow
    from todoke.ground.people.models import Section
    from todoke.ground.places.models import City
    from todoke.ground.retention.models import RetentionClass

    City.objects.create(pk=1, name="凪浜市", code="992011", sample=True)
    section = Section.objects.create(key=SECTION, name="計測課", reading="けいそくか", name_en="Bench")
    RetentionClass.objects.create(
        code="bench", name="5年", years=5, counts_from="fiscal_year", then="delete", basis="計測"
    )
    StandardFlow.objects.create(key="bench", document=FLOW)
    written = document()
    with transaction.atomic():
        draft = keep_draft(written, read_procedure(written), section, by="bench", name="bench", at=now())
        put_into_force(draft, by="bench", name="bench", at=now())
    return ProcedureVersion.objects.get(procedure__key=KEY)
