"""A text beside its findings, ready for a page: marked pieces, one line a finding, and the text as it could be."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.utils.functional import Promise

from todoke.base.plain_japanese.checking import findings, mended, note
from todoke.base.plain_japanese.finding import Finding, Rule
from todoke.base.plain_japanese.readings import with_readings

# More lines than anybody reads; the number of all is said beside them.
LINES_MAX = 60
_WHOLE = frozenset({Rule.SENTENCE_LENGTH, Rule.KANJI_AMOUNT, Rule.TEXT_LENGTH})


@dataclass(frozen=True)
class Line:
    """One finding as it is listed: its number, the words it is about, and the finding."""

    number: int
    words: str
    finding: Finding


@dataclass(frozen=True)
class Piece:
    """A stretch of the text: whether it is marked, and which findings begin with it."""

    text: str
    is_marked: bool
    begins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Review:
    """What a page shows of one checked text.

    `lines` leaves out missing readings, which are counted in `unread`; `note` says which rules were not asked.
    """

    text: str
    lines: tuple[Line, ...]
    unread: int
    pieces: tuple[Piece, ...]
    note: str | Promise
    places: Mapping[str, str] | None = None
    disaster: bool = False

    @cached_property
    def read(self) -> str:
        """The text with a reading behind every kanji."""
        return with_readings(self.text, self.places)

    @cached_property
    def better(self) -> str:
        """The text with every suggestion taken; costs some ten checks."""
        return mended(self.text, places=self.places, disaster=self.disaster)

    @property
    def shown(self) -> tuple[Line, ...]:
        """The lines that a page lists."""
        return self.lines[:LINES_MAX]

    @property
    def left_out(self) -> int:
        """How many lines it does not."""
        return len(self.lines) - len(self.shown)

    @property
    def is_plain(self) -> bool:
        """Whether nothing was found."""
        return not self.lines and not self.unread


def reviewed(text: str, *, places: Mapping[str, str] | None = None, disaster: bool = False) -> Review:
    """The text as a page shows it; line ends of a browser (CR LF) become plain ones."""
    text = text.replace("\r\n", "\n")
    found = findings(text, places=places, disaster=disaster)
    unread = [each for each in found if each.rule == Rule.READING]
    lines = tuple(
        Line(number, text[slice(*each.where)], each)
        for number, each in enumerate((each for each in found if each.rule != Rule.READING), 1)
    )
    return Review(
        text=text,
        lines=lines,
        unread=len(unread),
        pieces=_pieces(text, lines[:LINES_MAX]),
        note=note(),
        places=places,
        disaster=disaster,
    )


def reviewed_wording(
    texts: Mapping[str, Mapping[str, str]], *, places: Mapping[str, str] | None = None
) -> Review | None:
    """The やさしい日本語 of a message being written ({language: {title, short, body}}); None where there is none.

    What a composer shows beside its fields: `{% plain_japanese review %}`.
    """
    parts = texts.get("ja-easy", {})
    said = [text for name in ("title", "short", "body") if (text := parts.get(name, "").strip())]
    return reviewed("\n".join(said), places=places) if said else None


def _pieces(text: str, lines: tuple[Line, ...]) -> tuple[Piece, ...]:
    """The text cut where a finding begins or ends. A finding of a whole sentence marks only where it begins."""
    begins: dict[int, list[int]] = {}
    marked = bytearray(len(text))
    cuts = {0, len(text)}
    for line in lines:
        begin, end = line.finding.where
        begins.setdefault(begin, []).append(line.number)
        cuts.add(begin)
        if line.finding.rule not in _WHOLE:
            marked[begin:end] = b"\1" * (end - begin)
            cuts.add(end)
    edges = sorted(cuts)
    return tuple(
        Piece(text[begin:end], bool(marked[begin]), tuple(begins.get(begin, ()))) for begin, end in pairwise(edges)
    )
