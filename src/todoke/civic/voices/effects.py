"""What the flow of voices sets going, after the commit; each may run twice and does its work once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from todoke.base.clock import in_japan, now
from todoke.base.names import PersonName
from todoke.civic.voices.models import Voice
from todoke.civic.voices.queries.voices import answers_of, reply_of, value_of, voices
from todoke.civic.voices.rules.voices import VOICE
from todoke.ground.people.queries import viewer_for
from todoke.ground.retention.models import Gone
from todoke.shared.casework.registry import Never, Order, TryLater
from todoke.shared.documents.actions.issuing import issue
from todoke.shared.documents.actions.refusals import CannotIssueNow, DocumentRefused
from todoke.shared.messaging.actions import letters
from todoke.shared.messaging.types import Text
from todoke.shared.paperwork.answers import mail_of
from todoke.shared.paperwork.queries import Filled
from todoke.shared.paperwork.registry import field_kinds

MAIL = "messaging.mail"
VALID = timedelta(days=3)
PERSON = "paperwork.person-name"


class TellWriter:
    """A mail to whoever wrote and left an address: that there is an answer, never what about."""

    key = "voices.tell-writer"

    def run(self, order: Order) -> Mapping[str, Any]:
        """Post it once; nothing where there is no address."""
        voice = _voice(order)
        address = mail_of(voice.response)
        if not address or voice.case is None:
            return {"told": False}
        language = voice.response.language
        with translation.override(language):
            title = _("市役所から回答があります")
            body = _(
                "受付番号 %(number)s の声に、市役所が回答しました。\n\n"
                "次のページに、控えに書かれた受付番号を入れると読めます。\n%(address)s\n"
            ) % {"number": voice.case.number, "address": settings.SITE_ADDRESS + reverse("voices-public:status")}
        text = Text(address, language, title, body)
        letters.post(text, key=f"voices:{order.key}", channel=MAIL, expires_at=now() + VALID, at=now())
        return {"told": True}


class IssueAnswer:
    """The answer as an official document, for whoever left name and postal address, and where the box has a letter."""

    key = "voices.issue-answer"

    def run(self, order: Order) -> Mapping[str, Any]:
        """Number and sign it; the second time it is the first one's. What documents refuse waits for a person."""
        voice = _voice(order)
        try:
            found = answers_of(voice)
            lines = addressee_of(voice, found) if found else []
            if not lines or not voice.box.letter or voice.theme is None or voice.case is None:
                return {}
            document = issue(
                voice.box.letter,
                {"said.date": in_japan(voice.said_at or now()).date(), "reply": reply_of(voice.theme)},
                section=voice.case.section,
                subject=(VOICE, str(voice.response.key)),
                viewer=viewer_for(voice.theme.written_by, in_japan(now()).date()),
                at=now(),
                addressee=lines,
                custody=voice.response.custody,
            )
        except CannotIssueNow as trouble:
            raise TryLater(str(trouble)) from trouble
        except (DocumentRefused, Gone) as refusal:
            raise Never(str(refusal)) from refusal
        return {"document": str(document.key)}


def addressee_of(voice: Voice, found: Filled) -> list[str]:
    """The lines of the addressee; none where one of the questions for them was left open."""
    lines = []
    for key in voice.box.uses.get("addressee", ()):
        question, value = found.document.question(key), value_of(found, key)
        if question is None or value is None:
            return []
        if question.kind == PERSON:
            lines.append(f"{PersonName(**value).on_paper}　様")
        else:
            lines.append(field_kinds[question.kind].words(value, question).replace("\n", "　"))
    return lines


def _voice(order: Order) -> Voice:
    voice = voices().select_related("theme__custody__period").filter(case_id=order.case_id).first()
    if voice is None:
        raise Never(_("この案件は、市民の声ではありません。"))
    return voice
