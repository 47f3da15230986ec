"""What the desk's views share: who is looking, which mode, and how many places an act reaches, in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from todoke.base.ui.levels import LEVELS
from todoke.civic.emergency.models import Draft
from todoke.civic.emergency.queries.drafts import draft_for
from todoke.civic.emergency.queries.speaking import mandate_of
from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.notices import NoticeKind
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.types import EditionKind, Mode


@dataclass(frozen=True)
class AreaMarked:
    """A 警戒レベル, or none, and the word that stands with it."""

    level: int | None
    word: str | Promise


def viewer_of(request: HttpRequest) -> Viewer:
    """Who is looking."""
    return request.viewer  # type: ignore[attr-defined]


def mode_of(request: HttpRequest) -> Mode:
    """The mode that the address asks for; the real thing where it asks for none."""
    asked = request.GET.get("mode", "")
    return Mode(asked) if asked in Mode.values else Mode.ACTUAL


def shown_draft(request: HttpRequest, pk: int) -> Draft:
    """The draft, or a page that says there is none."""
    try:
        return draft_for(viewer_of(request), pk)
    except Draft.DoesNotExist as error:
        raise Http404(_("この番号の発信案はありません。")) from error


def refuse(request: HttpRequest, refusal: Exception) -> None:
    """Show why it was not done on the next page."""
    messages.error(request, str(refusal))


def level_words(level: int | None, notice: str) -> str:
    """`警戒レベル4 避難指示`, in the language of the page where there is an official word."""
    if not level:
        return notice
    return _("警戒レベル%(level)d %(word)s") % {"level": level, "word": notice or LEVELS[level].word}


def areas_by_word(areas: Sequence[AreaLevel]) -> list[tuple[int | None, str, list[str]]]:
    """The areas under each level and word, highest first, lifted ones last."""
    groups: dict[tuple[int | None, str], list[str]] = {}
    for area in sorted(areas, key=lambda area: (area.is_lifted, -(area.level or 0))):
        groups.setdefault((area.level, area.notice), []).append(area.name)
    return [(level, notice, names) for (level, notice), names in groups.items()]


def headline_of(draft: Draft, areas: Sequence[AreaLevel]) -> str:
    """What the draft says, in one phrase: the highest level and word with its areas, or the title."""
    groups = areas_by_word(areas)
    if not groups:
        return draft.title or draft.get_kind_display()
    level, notice, names = groups[0]
    shown = "、".join(names[:3]) + (_("など") if len(names) > 3 else "")
    return f"{level_words(level, notice)} {shown}".strip()


def top_of(draft: Draft, areas: Sequence[AreaLevel]) -> AreaMarked:
    """The highest level and its word, as a mark beside every rendering; what is over or taken back has no level."""
    if draft.edition_kind == EditionKind.CANCEL:
        return AreaMarked(None, _("取消"))
    if not areas:
        return AreaMarked(None, "")
    level, notice, _names = areas_by_word(areas)[0]
    return AreaMarked(level, notice or (LEVELS[level].word if level else ""))


def audience_words(mode: Mode, places: Sequence[Destination]) -> str:
    """To whom an act goes, in one phrase that differs between the real thing and a drill."""
    number = len(places)
    if mode.is_drill:
        return ngettext("模擬装置と訓練参加職員 %(number)dか所", "模擬装置と訓練参加職員 %(number)dか所", number) % {
            "number": number
        }
    return ngettext("住民・報道など %(number)dか所", "住民・報道など %(number)dか所", number) % {"number": number}


def act_sentence(draft: Draft, areas: Sequence[AreaLevel], places: Sequence[Destination]) -> str:
    """What will happen and to whom, in one sentence."""
    facts = {"whom": audience_words(Mode(draft.mode), places), "what": headline_of(draft, areas)}
    if draft.edition_kind == EditionKind.CANCEL:
        sentence = _("%(whom)sに、「%(what)s」の取消を発信します。") % facts
    elif draft.edition_kind == EditionKind.CORRECTION:
        sentence = _("%(whom)sに、「%(what)s」の訂正を発信します。") % facts
    else:
        sentence = _("%(whom)sに、「%(what)s」を発信します。") % facts
    if (mandate := mandate_of(draft.incident)) is not None:
        sentence = _("%(city)sに代わって、その市の送り先に発信します。") % {"city": mandate.city_name} + sentence
    return drill_words(Mode(draft.mode)) + sentence


def drill_words(mode: Mode) -> str:
    """What a sentence begins with where it is not the real thing."""
    if mode is Mode.EXERCISE:
        return _("訓練です。")
    return _("試験です。") if mode is Mode.TEST else ""


def by_channel(places: Sequence[Destination], names: dict[str, str]) -> list[tuple[str, int]]:
    """How many places there are on each channel."""
    counts = Counter(names.get(place.channel, place.channel) for place in places)
    return sorted(counts.items())


# Where the city's own state is entered, by the kind of notice that tells of it.
STATE_PAGES = {NoticeKind.SHELTER.value: "emergency:shelters", NoticeKind.HEADQUARTERS.value: "emergency:headquarters"}


def state_page(draft: Draft | None) -> str:
    """The name of the page on which this draft was entered as a state; empty of any other, and where it is closed."""
    if draft is None or draft.incident.closed_at is not None:
        return ""
    return STATE_PAGES.get(draft.kind, "")
