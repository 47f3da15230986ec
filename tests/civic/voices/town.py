"""凪浜市, as far as its voices need it; and somebody who writes."""

from datetime import datetime
from typing import Any

from todoke.base.clock import in_japan, now
from todoke.civic.voices.actions.boxes import BoxesPart
from todoke.civic.voices.actions.handling import hand_on
from todoke.civic.voices.actions.themes import Texts, open_theme, propose, write
from todoke.civic.voices.actions.writing import begin, hand_in
from todoke.civic.voices.models import Theme, Voice, VoiceBox
from todoke.civic.voices.queries.voices import voices
from todoke.ground.people.city import PeoplePart
from todoke.ground.people.models import Account
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import ANONYMOUS, Viewer
from todoke.ground.retention.city import RetentionPart
from todoke.shared.decisions.actions import marking
from todoke.shared.decisions.city import DecisionsPart
from todoke.shared.decisions.models import Decision
from todoke.shared.documents.city import DocumentsPart
from todoke.shared.paperwork.actions.responses import Posted, take

PARTS = (PeoplePart, RetentionPart, DecisionsPart, DocumentsPart, BoxesPart)
BODY = "公園の水飲み場が、こわれています。"
NAME = {"family": ["汐入"], "given": ["渚"], "family_reading": ["シオイリ"], "given_reading": ["ナギサ"]}
ADDRESS = {"prefecture": ["見本県"], "city": ["凪浜市"], "town": ["港町1丁目"], "block": ["2-3"]}
EXCERPT = "公園の水飲み場を直してほしい。"
REPLY = "水飲み場は、来月に直します。"
TEXTS: dict[str, Any] = {
    "title": {"ja": "公園の水飲み場", "en": "Fountains in the parks"},
    "summary": {"ja": "公園の水飲み場を直してほしい。"},
    "view": {"ja": "来月に直します。", "ja-easy": "来月（らいげつ） 直（なお）します。"},
}


def viewer(login_name: str) -> Viewer:
    """Somebody of the sample city, on this day."""
    return viewer_for(Account.objects.get(login_name=login_name), in_japan(now()).date())


def typed(body: str = BODY, *, publish: str = "yes", **more: Any) -> Posted:
    """What somebody types."""
    answers = {"kind": {"": ["opinion"]}, "body": {"": [body]}, "publish": {"": [publish]}, **more}
    return Posted(answers)


def said(body: str = BODY, *, publish: str = "yes", at: datetime | None = None, **more: Any) -> Voice:
    """A voice that has come in."""
    voice = begin(VoiceBox.objects.get(), at=at or now())
    take(voice.response, typed(body, publish=publish, **more), at=at or now())
    hand_in(voice, submit_key="k", viewer=ANONYMOUS, at=at or now())
    return again(voice)


def again(voice: Voice) -> Voice:
    """The voice as it stands now."""
    return voices().get(pk=voice.pk)


def handed_on(*bodies: str, publish: str = "yes") -> list[Voice]:
    """Voices that the public works section has."""
    found = [said(body, publish=publish) for body in bodies or (BODY,)]
    for voice in found:
        assert voice.case is not None
        told = {"reason": "公園のことです。", "revision": voice.case.revision, "viewer": viewer("kikuchi"), "at": now()}
        hand_on(voice, "doboku", **told)
    return [again(voice) for voice in found]


def written(*found: Voice, texts: dict[str, Any] | None = None) -> Theme:
    """A theme of these voices, with all its texts, by hashidate."""
    clerk = viewer("hashidate")
    theme = open_theme(found[0], viewer=clerk, at=now())
    for voice in found[1:]:
        Voice.objects.filter(pk=voice.pk).update(theme=theme)
    excerpts = {voice.pk: EXCERPT for voice in found if voice.may_publish}
    return write(
        theme,
        Texts(reply=REPLY, excerpts=excerpts, **(texts or TEXTS)),
        revision=theme.revision,
        viewer=clerk,
        at=now(),
    )


def decided(theme: Theme) -> Decision:
    """Put to decision by hashidate, decided by michishita."""
    paper = propose(theme, revision=theme.revision, viewer=viewer("hashidate"), at=now())
    return marking.decide(paper.pk, seat="doboku/kacho", revision=paper.revision, viewer=viewer("michishita"), at=now())
