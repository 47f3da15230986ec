"""What the flows of procedures set going, after the commit; each may run twice and does its work once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.base.clock import now
from todoke.civic.procedures.actions.lettering import NoAnswers, batch_of_letter, issue_letter
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.rules import LETTER
from todoke.ground.retention.models import Gone
from todoke.shared.casework.models import CaseEvent
from todoke.shared.casework.registry import Never, Order, TryLater
from todoke.shared.documents.actions.refusals import CannotIssueNow, DocumentRefused
from todoke.shared.messaging.actions import letters
from todoke.shared.messaging.types import Text
from todoke.shared.paperwork.actions import responses
from todoke.shared.paperwork.answers import mail_of

MAIL = "messaging.mail"
VALID = timedelta(days=3)


class IssueLetter:
    """The letter of an outcome (`settings.letter`). A paper that the documents room refuses waits for a person."""

    key = LETTER

    def run(self, order: Order) -> Mapping[str, Any]:
        """Number, seal and sign it; the second time it is the first one's. A batch writes its letters together."""
        filing = _filing(order)
        if batch := batch_of_letter(filing):
            return {"batch": str(batch.key)}
        try:
            document = issue_letter(filing, str(order.settings.get("letter", "")), at=now())
        except CannotIssueNow as trouble:
            raise TryLater(str(trouble)) from trouble
        except (DocumentRefused, NoAnswers, Gone) as refusal:
            raise Never(str(refusal)) from refusal
        return {"document": str(document.key)} if document else {}


class TellResident:
    """A mail to whoever filed, where they gave an address: that something has happened, never what it is about."""

    key = "procedures.tell-resident"

    def run(self, order: Order) -> Mapping[str, Any]:
        """Post it once; nothing where there is no address."""
        filing = _filing(order)
        address = address_of(filing)
        if not address or filing.case is None:
            return {"told": False}
        event = CaseEvent.objects.get(case_id=order.case_id, seq=order.seq)
        state = filing.case.flow_version.read.states[event.payload["state"]]
        with translation.override(filing.response.language):
            title = _("手続きの状況が変わりました")
            body = _(
                "受付番号 %(number)s の手続きの状況が変わりました。\n\n今の状況：%(state)s\n\n"
                "くわしくは、次のページで見られます。受付の控えに書かれた番号を用意してください。\n%(address)s\n"
            ) % {
                "number": filing.case.number,
                "state": state.title.get(filing.response.language) or state.title["ja"],
                "address": settings.SITE_ADDRESS + reverse("procedures-public:status"),
            }
            text = Text(address, filing.response.language, title, body)
            letters.post(text, key=f"procedures:{order.key}", channel=MAIL, expires_at=now() + VALID, at=now())
        return {"told": True}


class WithdrawAnswers:
    """The answers of a filing that was taken back do not count any more."""

    key = "procedures.withdraw-answers"

    @transaction.atomic
    def run(self, order: Order) -> Mapping[str, Any]:
        """Withdraw them; what was withdrawn before stays so."""
        filing = _filing(order)
        try:
            responses.withdraw(filing.response, by="procedures", at=now())
        except responses.AlreadyHandedIn:
            return {"withdrawn": False}
        return {"withdrawn": True}


def address_of(filing: Filing) -> str:
    """The mail address that was given in the form, or nothing."""
    return mail_of(filing.response)


def _filing(order: Order) -> Filing:
    related = ("response__custody", "response__version__form", "version", "case__flow_version", "case__section")
    filing = Filing.objects.select_related(*related).filter(case_id=order.case_id).first()
    if filing is None:
        raise Never(_("この案件は、手続きの届出・申請ではありません。"))
    return filing
