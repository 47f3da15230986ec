"""The short registers: post, board, 緊急速報メール and its title; as many sentences as there is room for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from todoke.shared.messaging.channels.clusters import clusters
from todoke.shared.messaging.channels.matter import NAMES_MAX, Group, Matter, Room, flowing, without_furigana
from todoke.shared.messaging.channels.phrases import level_words, phrases_in
from todoke.shared.messaging.channels.urgent import forbidden_in, strangers_in
from todoke.shared.messaging.channels.wording import Fitted
from todoke.shared.messaging.types import Never
from todoke.shared.messaging.types.content import DEFAULT_LANGUAGE

# Of a title that no phrase gives, so many characters must stay that a reader knows what it is about.
TITLE_START_MIN = 6


@dataclass(frozen=True)
class Attempt:
    """Heading, places and action, what stands between and around them, and in words what is missing."""

    heading: str
    places: str
    action: str
    before: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    plainer: Callable[[str], str] = str

    def text(self, matter: Matter, room: Room) -> str:
        """The whole, with its mark."""
        said = [one for one in (*self.before, self.heading, self.places, *self.told, self.action, *self.behind) if one]
        text = "\n".join(said) if room.has_lines else flowing(said, phrases_in(matter.language).stop)
        return self.plainer(matter.marks + text)


def short_text(matter: Matter, room: Room) -> Fitted:
    """Mark, heading, places, what to do; then, where there is room, more. Raises Never."""
    for plainer in (str, without_furigana):
        for attempt in _attempts(matter, room, plainer):
            if room.takes(attempt.text(matter, room)):
                grown = _with_more(attempt, matter, room)
                missing = (*grown.left_out, *(("ふりがな",) if plainer("（あ）") == "" else ()))
                return Fitted(room.whole(grown.text(matter, room)), "、".join(missing))
        if matter.language != "ja-easy":
            break
    raise Never(_why_not(matter, room))


def short_title(matter: Matter, room: Room) -> Fitted:
    """Mark and heading alone, in the tightest form that fits; the title of a free notice is cut. Raises Never."""
    bare = "".join(letter for letter in matter.marks if letter not in "【】[] ")
    for plainer in (str, without_furigana):
        for marks in (matter.marks, bare):
            for heading in matter.short_headings:
                if room.takes(text := plainer(marks + heading)):
                    return Fitted(room.finish(text))
    if matter.own_title and (start := _start_that_fits(matter, room, lambda start: matter.marks + start)):
        return Fitted(room.finish(matter.marks + start), "題名の後ろの部分")
    raise Never(_why_not(matter, room))


def _attempts(matter: Matter, room: Room, plainer: Callable[[str], str]) -> Iterator[Attempt]:
    """The fullest first, the tightest last."""
    phrases = phrases_in(matter.language)
    # What holds for the whole city needs no place where the channel signs with it.
    every = matter.names(matter.top) if matter.edition.content.areas or matter.city not in room.behind else []
    names = [name for name in every if _can_be_written(name, room)]
    pairs = [(matter.headings[0], action) for action in matter.actions]
    pairs += [(heading, matter.actions[-1]) for heading in matter.headings[1:]]
    tries = [
        Attempt(
            heading, "", action, plainer=plainer, left_out=() if action == matter.actions[0] else ("行動の説明の一部",)
        )
        for heading, action in pairs
    ]
    if not every:
        yield from tries
    if every and len(names) == len(every) <= NAMES_MAX:
        yield from (replace(each, places=_places(matter, names, len(names))) for each in tries)
    for each in tries[-2:] if names else ():
        listed = [
            replace(each, places=_places(matter, names, count)) for count in range(1, min(len(names), NAMES_MAX) + 1)
        ]
        if count := _how_many(lambda attempt: room.takes(attempt.text(matter, room)), listed):
            missing = f"{len(every) - count}地域の名前"
            yield replace(listed[count - 1], left_out=(*each.left_out, *((missing,) if len(every) > count else ())))
    if every:
        for each in tries:
            yield replace(each, places=phrases.areas_announced, left_out=(*each.left_out, "対象地域の名前"))
    if matter.own_title:
        last = replace(tries[-1], places=phrases.areas_announced if every else "")
        if start := _start_that_fits(matter, room, lambda start: replace(last, heading=start).text(matter, room)):
            yield replace(last, heading=start, left_out=("題名の後ろの部分", *(("対象地域の名前",) if every else ())))


def _how_many(fits: Callable[[Attempt], bool], longer_and_longer: Sequence[Attempt]) -> int:
    """How many of them fit, the first being the shortest."""
    lowest, highest = 0, len(longer_and_longer)
    while lowest < highest:
        middle = (lowest + highest + 1) // 2
        if fits(longer_and_longer[middle - 1]):
            lowest = middle
        else:
            highest = middle - 1
    return lowest


def _start_that_fits(matter: Matter, room: Room, within: Callable[[str], str]) -> str:
    """The longest start of the own title that fits, with its …; nothing where too little would stay."""
    letters = clusters(matter.headings[0])
    for length in range(len(letters) - 1, TITLE_START_MIN - 1, -1):
        start = "".join(letters[:length]) + "…"
        if room.takes(within(start)):
            return start
    return ""


def _places(matter: Matter, names: Sequence[str], count: int) -> str:
    phrases, whole = phrases_in(matter.language), len(matter.names(matter.top))
    further = [phrases.other_areas.format(whole - count)] if whole > count else []
    return phrases.comma.join([*names[:count], *further])


def _can_be_written(name: str, room: Room) -> bool:
    """Whether a name of a place may stand there at all; one that may not is counted, not named."""
    return not room.narrow_set or not (strangers_in(room.finish(name)) or forbidden_in(name))


def _with_more(attempt: Attempt, matter: Matter, room: Room) -> Attempt:
    """Add what helps and fits: that it is no real disaster, what the writer says, why, the other levels, the city."""
    phrases, city = phrases_in(matter.language), matter.city

    def grown(attempt: Attempt, longer: Attempt, missing: str = "", *, added: str = "") -> Attempt:
        if _can_be_written(added, room) and room.takes(longer.text(matter, room)):
            return longer
        is_news = missing and missing not in attempt.left_out
        return replace(attempt, left_out=(*attempt.left_out, missing)) if is_news else attempt

    if in_words := phrases.of_mode(matter.edition.mode):
        attempt = grown(attempt, replace(attempt, before=(in_words,)), "訓練の説明文")
    for sentence in matter.told:
        attempt = grown(attempt, replace(attempt, told=(*attempt.told, sentence)), "本文の一部", added=sentence)
    if why := matter.why:
        attempt = grown(attempt, replace(attempt, behind=(why,)), "訂正・取消の理由", added=why)
    if others := matter.groups[1:]:
        shortened = replace(
            attempt,
            behind=(phrases.areas_further, *attempt.behind),
            left_out=(*attempt.left_out, f"レベルの違う{sum(len(group.areas) for group in others)}地域"),
        )
        told = grown(attempt, shortened, shortened.left_out[-1])
        if all(_can_be_written(name, room) for group in others for name in matter.names(group)):
            lines = (_group_line(matter, group) for group in others)
            told = grown(told, replace(attempt, behind=(*lines, *attempt.behind)))
        attempt = told
    if city and city not in room.whole(attempt.text(matter, room)) and _can_be_written(city, room):
        attempt = grown(attempt, replace(attempt, behind=(*attempt.behind, city)))
    return attempt


def _group_line(matter: Matter, group: Group) -> str:
    phrases = phrases_in(matter.language)
    words = level_words(group.level, group.areas[0].notice_in(matter.language), matter.language)
    names = phrases.comma.join(matter.names(group))
    return f"{words}{phrases.colon}{names}" if words else names


def _why_not(matter: Matter, room: Room) -> str:
    tightest = matter.marks + matter.headings[-1] + matter.actions[-1]
    if room.narrow_set and (strangers := strangers_in(room.finish(tightest))):
        listed = "、".join(strangers[:5])
        if matter.language == DEFAULT_LANGUAGE:
            return f"この手段では送れない文字（{listed}）があります。題名を書き直してください。"
        return f"この言語の文字（{listed}）は、この手段では送れません。日本語で送ってください。"
    return (
        f"{room.limit}文字に収まりません。「{matter.headings[-1]}」、対象地域、取る行動のどれかを切ることになります。"
    )
