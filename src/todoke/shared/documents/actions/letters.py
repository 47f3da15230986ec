"""Versions of letters: a draft that may change, a published one that never does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from todoke.ground.audit.actions import Person, record
from todoke.ground.people.rules import Viewer
from todoke.shared.documents.actions.refusals import LetterRefused, NoSuchLetter, NotAllowed
from todoke.shared.documents.models import ClauseVersion, Disposition, Letter, LetterVersion, VersionState
from todoke.shared.documents.queries import SEALS
from todoke.shared.documents.rules.facts import digest, slots_of
from todoke.shared.documents.rules.letters import OWN_NAMES, LetterBody, UnsoundLetter, missing_for, read_letter


@transaction.atomic
def save_draft(letter: Letter, body: Mapping[str, Any], *, by: Viewer | str, at: datetime) -> LetterVersion:
    """Put this body into the letter's draft, made where there is none. Raises LetterRefused, NotAllowed."""
    _refuse_strangers(by)
    sound = _sound(body)
    disposition = _disposition(sound)
    Letter.objects.select_for_update().get(pk=letter.pk)
    values = {"body": dict(body), "sha256": digest(body), "disposition": disposition}
    draft = LetterVersion.objects.filter(letter=letter, state=VersionState.DRAFT).first()
    if draft is None:
        latest = letter.versions.aggregate(latest=Max("number"))["latest"] or 0
        return LetterVersion.objects.create(letter=letter, number=latest + 1, created_at=at, **values)
    for name, value in values.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(values))
    return draft


@transaction.atomic
def publish(letter: Letter, *, by: Viewer | str, at: datetime) -> LetterVersion:
    """Publish the letter's draft; the version before it retires. Raises NoSuchLetter without a draft, LetterRefused
    where it lacks what the law asks for, NotAllowed."""
    _refuse_strangers(by)
    Letter.objects.select_for_update().get(pk=letter.pk)
    draft = letter.versions.select_related("disposition").filter(state=VersionState.DRAFT).first()
    if draft is None:
        raise NoSuchLetter
    _refuse_unlawful(_sound(draft.body), draft.disposition)
    letter.versions.filter(state=VersionState.PUBLISHED).update(state=VersionState.RETIRED)
    draft.state = VersionState.PUBLISHED
    draft.published_at = at
    draft.published_by_id = None if isinstance(by, str) else by.account_id
    draft.save(update_fields=["state", "published_at", "published_by"])
    person: Person | str = by
    record(
        "documents.letter-published",
        on=draft,
        by=person,
        after={"letter": letter.key, "version": draft.number, "sha256": draft.sha256},
    )
    return draft


def _refuse_strangers(by: Viewer | str) -> None:
    # A machine part names itself: the city folder is read by whoever runs the house.
    if not isinstance(by, str) and not by.may(SEALS):
        raise NotAllowed


def _sound(body: Any) -> LetterBody:
    try:
        return read_letter(body)
    except UnsoundLetter as unsound:
        raise LetterRefused([str(fault) for fault in unsound.faults]) from unsound


def _disposition(body: LetterBody) -> Disposition:
    found = Disposition.objects.filter(key=body.disposition).first()
    if found is None:
        raise LetterRefused([f"disposition: 「{body.disposition}」という処分の種類はありません。"])
    return found


def _refuse_unlawful(body: LetterBody, disposition: Disposition) -> None:
    faults = [
        str(fault)
        for fault in missing_for(
            body, needs_reasons=disposition.needs_reasons, needs_instructions=disposition.needs_instructions
        )
    ]
    known = set(ClauseVersion.objects.filter(clause__key__in=body.clause_keys()).values_list("clause__key", flat=True))
    faults += [f"「{key}」という条項はありません。" for key in body.clause_keys() if key not in known]
    names = {*body.names, *OWN_NAMES}
    for version in ClauseVersion.objects.filter(clause__key__in=known):
        for slot in slots_of(version.text):
            if slot not in names:
                faults.append(f"条項の {{{slot}}} に入れる項目が names にありません。")
    if faults:
        raise LetterRefused(sorted(set(faults)))
