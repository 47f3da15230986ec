"""Invitations: links made for paper, sent by mail, or put into the correspondence of a case that has ended."""

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from todoke.base.clock import JAPAN, in_japan
from todoke.civic.voices.models import Invitation, Survey
from todoke.civic.voices.queries.surveys import MANAGE, hash_of, surveys
from todoke.civic.voices.refusals import NoContacts, NotAsked, NotTheirs, TooManyInvitations
from todoke.ground.audit.actions import record
from todoke.ground.people.registry import Letter, carriers
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.letters import write_from_house
from todoke.shared.casework.models import Case
from todoke.shared.paperwork.types import Words

LINKS_MAX = 10_000
TOKEN_BYTES = 20
# A letter in a case goes once for each survey; this names the pair, and can be reckoned from neither's link.
LETTER_SPACE = uuid.UUID("0e5f6f86-8f0a-4d4d-9a77-6f7f8a0c5b1e")


def _link(token: str) -> str:
    return f"{settings.SITE_ADDRESS}{reverse('surveys:invited', kwargs={'token': token})}"


def _new_token() -> str:
    return secrets.token_hex(TOKEN_BYTES)


@transaction.atomic
def invite(survey: Survey, count: int, *, viewer: Viewer) -> list[str]:
    """So many links, to be printed or handed out; they are shown this once, and only their hashes are kept.

    Raises NotTheirs, NotAsked after the end, TooManyInvitations.
    """
    _may(survey, viewer)
    if not 1 <= count <= LINKS_MAX:
        raise TooManyInvitations
    tokens = [_new_token() for _each in range(count)]
    Invitation.objects.bulk_create([Invitation(survey=survey, token_hash=hash_of(each)) for each in tokens])
    record("voices.invited", on=survey, by=viewer, after={"count": count})
    return [_link(token) for token in tokens]


@transaction.atomic
def invite_by_mail(survey: Survey, address: str, *, language: str, viewer: Viewer, at: datetime) -> None:
    """One link, sent to this address; the address is kept, sealed, of a named survey alone.

    Raises NotTheirs, NotAsked, NoContacts.
    """
    _may(survey, viewer)
    carrier = next(iter(carriers), None)
    if carrier is None or carrier.trouble_with(address) is not None:
        raise NoContacts
    token = _new_token()
    contact = None
    if not survey.is_unlinkable:
        contact = survey.custody.seal(address.encode(), context=b"voices.contact")
    Invitation.objects.create(survey=survey, token_hash=hash_of(token), contact=contact)
    title = survey.form_version.read().title.say(language)
    body = f"{_letter(survey, language)}\n\n{_link(token)}\n"
    # The key of a letter is kept: a random one, not that of the invitation.
    carrier.carry(Letter(f"voices.{uuid.uuid4().hex}", address, language, title, body, _until(survey)), at=at)
    record("voices.invited", on=survey, by=viewer, after={"count": 1})


def invite_case(case_id: int, *, at: datetime) -> int:
    """Put an invitation to every survey that follows such cases into the correspondence of this one; how many.

    Once for each case and survey, however often it is called. The link stands in the case alone, sealed with it.
    """
    case = Case.objects.select_related("flow_version__flow").filter(pk=case_id).first()
    # Nobody would read the letter of a case that nobody signed in for.
    if case is None or case.resident_id is None:
        return 0
    today = in_japan(at).date()
    found = surveys().filter(after_closing=True, opens_on__lte=today, closes_on__gte=today, closed_on__isnull=True)
    wanted = [each for each in found if not each.flows or case.flow_version.flow.key in each.flows]
    return sum(_invite_case(case, survey, at) for survey in wanted)


@transaction.atomic
def _invite_case(case: Case, survey: Survey, at: datetime) -> bool:
    token = _new_token()
    once = uuid.uuid5(LETTER_SPACE, f"{survey.key}:{case.key}")
    texts = Words(survey.letter)
    # The case does not know its reader's language: the link stands once, below the text in each.
    body = "\n\n".join([*(texts[code] for code, _name in settings.LANGUAGES if texts.get(code)), _link(token)])
    if write_from_house(case.pk, body, by="voices", once=once, at=at) is None:
        return False
    Invitation.objects.create(survey=survey, token_hash=hash_of(token))
    return True


def _letter(survey: Survey, language: str) -> str:
    texts: Mapping[str, str] = survey.letter
    return Words(texts).say(language) or Words(survey.audience).say(language)


def _until(survey: Survey) -> datetime:
    return datetime.combine(survey.closes_on + timedelta(days=1), time(), JAPAN)


def _may(survey: Survey, viewer: Viewer) -> None:
    if not viewer.may(MANAGE, survey.section.key):
        raise NotTheirs
    if survey.closed_on is not None or survey.purged_on is not None:
        raise NotAsked
