"""One edition in each register: a post, a board, 緊急速報メール, sentences for a loudspeaker, lines of large print.

`in_register(edition, "vi", Register.BOARD)`. Pure: the same edition, language and register give the same text, always.

What gives way does so in this order: sentences that help but need not be there, long forms of what must be said, names
of places, of which at least 「対象地域は市の発表で」 stays. Level with number and official word, what to do, and the
mark of a drill are never cut: `Never` where not even they fit. What a template or a person wrote for the register goes
before what is made here, if it keeps the same rules; if it does not, `left_out` says why it was not used.
"""

import math
import unicodedata
from dataclasses import replace

from todoke.shared.messaging.channels.clusters import Measure, characters
from todoke.shared.messaging.channels.matter import Matter, Room, matter_of
from todoke.shared.messaging.channels.phrases import READ_JAPANESE_NAMES
from todoke.shared.messaging.channels.sheet import sheet
from todoke.shared.messaging.channels.short import short_text, short_title
from todoke.shared.messaging.channels.speech import speech, with_readings
from todoke.shared.messaging.channels.urgent import full_width
from todoke.shared.messaging.channels.wording import Fitted, one_line
from todoke.shared.messaging.channels.written import refuse_forbidden, trouble_with_written, written_for
from todoke.shared.messaging.types import FrozenEdition, Register

# Title 15 and title with body 200 full-width characters (three municipal systems enforce them); a board of 50
# characters (one such system); 140 is what X takes of Japanese. A channel that knows better gives its own.
URGENT_TITLE_MAX = 15
URGENT_MAX = 200
BOARD_MAX = 50
POST_MAX = 140

MAKERS = {
    Register.POST: short_text,
    Register.BOARD: short_text,
    Register.URGENT: short_text,
    Register.URGENT_TITLE: short_title,
    Register.SPEECH: speech,
    Register.SHEET: sheet,
}


def in_register(
    edition: FrozenEdition,
    language: str,
    register: Register,
    *,
    limit: int | None = None,
    measure: Measure | None = None,
    behind: str = "",
) -> Fitted:
    """The edition as it is said in this register, by the limit and the counting of the channel where it gives them.

    `behind` is what the channel puts after a short text (the hour, an address): counted along, and never cut.

    Raises Never, in words for staff, where level, place, action and mark do not fit or cannot be written there.
    """
    matter = matter_of(edition, language)
    room = replace(_room(matter, register, limit, measure), behind=behind)
    own = written_for(matter, register, room)
    trouble = trouble_with_written(own, matter, register, room) if own else ""
    if own and not trouble:
        return Fitted(own + behind, reading=with_readings(own, matter) if register is Register.SPEECH else "")
    made = MAKERS[register](matter, room)
    refuse_forbidden(made.text, register)
    if trouble:
        return replace(made, left_out="、".join(filter(None, (trouble, made.left_out))))
    return made


def board_units(language: str) -> Measure:
    """How a board counts: full-width characters, of which two narrow letters fill one.

    What has no width of its own (…, ①) is as wide as the type around it: in Japanese, a whole character.
    """
    full = "WFA" if language in READ_JAPANESE_NAMES else "WF"

    def units(text: str) -> int:
        # Marks over and under a letter take no room of their own; in Nepali they are letters of their own to a counter.
        seen = [each for each in text if unicodedata.category(each) not in ("Mn", "Me", "Cf")]
        wide = sum(unicodedata.east_asian_width(each) in full for each in seen)
        return wide + math.ceil((len(seen) - wide) / 2)

    return units


def _room(matter: Matter, register: Register, limit: int | None, measure: Measure | None) -> Room:
    def wide(text: str) -> str:
        return full_width(text, matter.language)

    match register:
        case Register.BOARD:
            return Room(limit or BOARD_MAX, measure or board_units(matter.language), one_line)
        case Register.URGENT_TITLE:
            return Room(limit or URGENT_TITLE_MAX, measure or characters, wide, narrow_set=True)
        case Register.URGENT:
            # The carriers count title and body together.
            title = in_register(matter.edition, matter.language, Register.URGENT_TITLE).text
            spare = (limit or URGENT_MAX) - characters(title)
            return Room(spare, measure or characters, wide, narrow_set=True, has_lines=True)
        case Register.POST:
            return Room(limit or POST_MAX, measure or characters, str.strip, has_lines=True)
        case _:
            return Room(limit, measure or characters, str)
