"""Asking for a mandate, confirming it and ending it; and the question whether somebody may act for somebody else."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.base.clock import in_japan
from todoke.ground.audit.actions import record
from todoke.ground.people.models import Account, Mandate, Resident
from todoke.ground.people.rules import Level, Viewer

EVERYTHING = "*"
# The principal's own word gives away their rights, so it is taken from somebody whose second factor we have seen.
PRINCIPAL_LEVEL = Level.ACCOUNT
YEARS_MAX = 5


class CannotActFor(Exception):
    """A mandate cannot be made, confirmed or used so; `says` is fit for the screen."""

    says: str | Promise = _("代理の登録ができません。")

    def __init__(self) -> None:
        super().__init__(str(self.says))


class ForYourself(CannotActFor):
    """Nobody is their own agent."""

    says = _("自分を代理することはできません。本人の番号を確かめてください。")


class StandsAlready(CannotActFor):
    """The same mandate is asked for or in force."""

    says = _("同じ代理が、もう登録されているか、確認を待っています。")


class BadPeriod(CannotActFor):
    """It ends before it begins, or lasts too long."""

    says = _("期間を確かめてください。終わりは始まりより後で、5年以内です。")


class AskAtTheCounter(CannotActFor):
    """The principal's own word is not enough for this kind."""

    says = _("法定代理は、窓口で書類を確かめてから登録します。本人の画面では確認できません。")


class NotWaiting(CannotActFor):
    """It is not, or no longer, in the state that this needs."""

    says = _("この代理は、もう確認を待っていません。画面を開き直して、今の状態を確かめてください。")


class NoEvidence(CannotActFor):
    """A clerk confirms what a paper shows."""

    says = _("確かめた書類を書いてください。例：戸籍謄本、登記事項証明書、委任状")


class LevelMissing(CannotActFor):
    """The principal has not shown enough of themselves in this session."""

    says = _("この確認には、パスキーやカードでのサインインが要ります。")


@transaction.atomic
def ask_to_act(
    agent: Resident,
    principal: Resident,
    kind: str,
    *,
    scope: Sequence[str] = (EVERYTHING,),
    start_date: date,
    end_date: date,
    at: datetime,
) -> Mandate:
    """The agent asks; nothing holds until the principal or a clerk confirms.

    Raises ForYourself, BadPeriod, StandsAlready.
    """
    if agent == principal:
        raise ForYourself
    if not start_date <= end_date or end_date.year - start_date.year > YEARS_MAX:
        raise BadPeriod
    try:
        with transaction.atomic():
            mandate = Mandate.objects.create(
                principal=principal,
                agent=agent,
                kind=Mandate.Kind(kind),
                scope=list(scope),
                start_date=start_date,
                end_date=end_date,
                asked_at=at,
            )
    except IntegrityError as error:
        raise StandsAlready from error
    record("people.mandate-asked", on=mandate, by=agent, after={"kind": kind, "scope": list(scope)})
    return mandate


@transaction.atomic
def confirm_as_principal(mandate: Mandate, viewer: Viewer, *, at: datetime) -> None:
    """The principal's own word. Raises NotWaiting, AskAtTheCounter, LevelMissing."""
    held = _locked(mandate)
    if viewer.resident_id != held.principal_id or held.state != Mandate.State.ASKED:
        raise NotWaiting
    if held.kind == Mandate.Kind.LEGAL:
        raise AskAtTheCounter
    if viewer.level < PRINCIPAL_LEVEL:
        raise LevelMissing
    _confirm(held, at)
    record("people.mandate-confirmed", on=held, by=viewer, after={"kind": held.kind})


@transaction.atomic
def confirm_at_counter(mandate: Mandate, *, evidence: str, by: Viewer, at: datetime) -> None:
    """A clerk has seen this evidence (which paper, or the key of its scan). Raises NotWaiting, NoEvidence."""
    held = _locked(mandate)
    if held.state != Mandate.State.ASKED:
        raise NotWaiting
    if not evidence.strip():
        raise NoEvidence
    held.evidence = evidence.strip()[:200]
    held.checked_by = Account.objects.get(pk=by.account_id or 0)
    _confirm(held, at)
    record("people.mandate-confirmed", on=held, by=by, after={"kind": held.kind, "evidence": held.evidence})


@transaction.atomic
def withdraw(mandate: Mandate, by: Viewer, *, at: datetime) -> None:
    """End it at once: either of the two, at any time, or a clerk. A second call changes nothing. Raises NotWaiting."""
    held = _locked(mandate)
    if not by.is_staff and by.resident_id not in (held.principal_id, held.agent_id):
        raise NotWaiting
    if held.state == Mandate.State.WITHDRAWN:
        return
    before = held.state
    held.state, held.withdrawn_at = Mandate.State.WITHDRAWN, at
    held.save(update_fields=["state", "withdrawn_at"])
    record("people.mandate-withdrawn", on=held, by=by, before={"state": before})


def mandate_in_force(agent_id: int, principal_id: int, *, scope: str, on: date) -> Mandate | None:
    """The mandate by which this agent may act for this principal in this matter on that day; a messenger's is none."""
    held = Mandate.objects.filter(in_force(on), agent_id=agent_id, principal_id=principal_id)
    found = held.exclude(kind=Mandate.Kind.MESSENGER)
    return next((each for each in found.order_by("pk") if _covers(each, scope)), None)


def mandates_for(viewer: Viewer, *, scope: str, on: date) -> list[Mandate]:
    """The mandates by which this viewer may act in this matter on that day: whom they can choose to act for."""
    if viewer.resident_id is None:
        return []
    held = Mandate.objects.filter(in_force(on), agent_id=viewer.resident_id).exclude(kind=Mandate.Kind.MESSENGER)
    return [each for each in held.select_related("principal").order_by("pk") if _covers(each, scope)]


def mandates_seen_by(viewer: Viewer) -> QuerySet[Mandate]:
    """Those that this viewer gives or holds; nobody else's."""
    if viewer.resident_id is None:
        return Mandate.objects.none()
    theirs = Q(principal_id=viewer.resident_id) | Q(agent_id=viewer.resident_id)
    return Mandate.objects.filter(theirs).select_related("principal", "agent").order_by("-asked_at", "-pk")


def mandates_waiting() -> QuerySet[Mandate]:
    """Those that wait for a word; for clerks."""
    return Mandate.objects.filter(state=Mandate.State.ASKED).select_related("principal", "agent").order_by("asked_at")


def _covers(mandate: Mandate, scope: str) -> bool:
    named: Iterable[str] = mandate.scope
    return EVERYTHING in named or scope in named


def in_force(on: date, way: str = "") -> Q:
    """The condition that a mandate holds on that day; `way` leads to it from the record that names one."""
    told = {
        "state": Mandate.State.CONFIRMED,
        "start_date__lte": on,
        "end_date__gte": on,
        "principal__closed_at": None,
        "agent__closed_at": None,
    }
    return Q(**{way + name: value for name, value in told.items()})


def _locked(mandate: Mandate) -> Mandate:
    return Mandate.objects.select_for_update().get(pk=mandate.pk)


def _confirm(mandate: Mandate, at: datetime) -> None:
    mandate.state, mandate.confirmed_at = Mandate.State.CONFIRMED, at
    # Asked for some days ago, it does not reach back before the day on which somebody looked at it.
    mandate.start_date = min(max(mandate.start_date, in_japan(at).date()), mandate.end_date)
    mandate.save()
