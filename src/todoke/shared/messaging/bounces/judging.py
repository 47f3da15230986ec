"""What a refusal means: nobody lives there, not now, or it is about us and not about the person.

A resident who is struck off by mistake misses the next evacuation order, so only a clear word counts as “nobody”;
whatever is unclear climbs the ladder. Sources: RFC 3463 and its IANA registry (Enumerated Status Codes), RFC 5321, and
for what carriers do otherwise the pages that HABITS names (seen 2026-11-21).
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from todoke.shared.messaging.types import BounceKind

NOBODY = _("宛先がありません")
FULL = _("受信箱がいっぱいです")
FILTERED = _("受け取る側の設定で断られました")
POLICY = _("相手のサーバーの方針で断られました")
OTHER = _("届けられませんでした")


@dataclass(frozen=True)
class Trouble:
    """What a bounce says: the enhanced status (5.1.1, or empty), the reply code (550, or 0), the other side's words in
    lower case, the domain that they are about, and whether the refusal came only after the text (end of DATA)."""

    status: str = ""
    reply: int = 0
    words: str = ""
    domain: str = ""
    after_text: bool = False


@dataclass(frozen=True)
class Judgement:
    """The kind of bounce, and a short word for people."""

    kind: BounceKind
    word: str | Promise


@dataclass(frozen=True)
class Habit:
    """What one carrier's answer means, where it differs from the standard."""

    domains: tuple[str, ...]
    words: str
    judgement: Judgement
    source: str
    after_text: bool | None = None


_gone = Judgement(BounceKind.HARD, NOBODY)
_full = Judgement(BounceKind.SOFT, FULL)
_filtered = Judgement(BounceKind.SOFT, FILTERED)
_ours = Judgement(BounceKind.POLICY, POLICY)
_other = Judgement(BounceKind.SOFT, OTHER)

DOCOMO = ("docomo.ne.jp",)
AU = ("ezweb.ne.jp", "au.com")
SOFTBANK = ("softbank.ne.jp", "i.softbank.jp", "vodafone.ne.jp", "disney.ne.jp")

# The first that fits holds. A carrier says “unknown user” also where its subscriber's filter refused the mail, but only
# after it has taken the text: that is no reason to strike the person off.
HABITS = (
    Habit(DOCOMO, "unknown user", _filtered, "https://metacpan.org/pod/Sisimai::Rhost::NTTDOCOMO", after_text=True),
    Habit(DOCOMO, "unknown user", _gone, "https://note.com/sendmagic/n/neb6bbe7e51cf"),
    Habit(DOCOMO, "too much mail data", _full, "https://note.com/sendmagic/n/neb6bbe7e51cf"),
    Habit(AU, "user unknown", _filtered, "https://tuono034s.com/web-entry/3575/", after_text=True),
    Habit(AU, "user unknown", _gone, "https://note.com/sendmagic/n/n875d8dcb6cb8"),
    Habit(SOFTBANK, "invalid recipient", _gone, "https://note.com/sendmagic/n/n5afbf98aeb25"),
    Habit(SOFTBANK, "does not exist", _ours, "https://note.com/sendmagic/n/n5afbf98aeb25"),
)

# Subject and detail of a permanent refusal (5.x.y) that are clear without a word. 1.7 to 1.9 are about the sender.
CLEAR = {
    **dict.fromkeys(("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1"), _gone),
    **dict.fromkeys(("2.2", "3.1"), _full),
    **dict.fromkeys(("1.7", "1.8", "1.9", "3.4"), _ours),
}
# Protocol, content, policy: whatever comes next to this address fares the same until we change something.
OURS = ("5.5.", "5.6.", "5.7.", "4.7.")

FULL_WORDS = re.compile(
    r"mailbox (is )?full|mailfolder is full|over ?quota|quota exceeded|exceeded (the )?(storage|quota)"
    r"|insufficient storage|too much mail data|not enough (disk )?space|容量(を)?超過|受信箱がいっぱい"
)
NOBODY_WORDS = re.compile(
    r"user unknown|unknown user|no such (user|mailbox|recipient|address)|user (doesn't|does not) exist"
    r"|invalid recipient|(mailbox|recipient|user|account|address) (was )?not found|recipientnotfound"
    r"|account that you tried to reach (does not exist|is disabled)|(doesn't|does not) have an? \S{1,80} account"
    r"|no mailbox (here )?by that name|unknown (local part|recipient|mailbox)|unrouteable address"
    r"|recipient address rejected: access denied|account (has been|is) (disabled|discontinued|closed|terminated)"
    r"|宛先不明|存在しないアドレス"
)
POLICY_WORDS = re.compile(
    r"\bspam\b|\bspf\b|\bdkim\b|\bdmarc\b|unsolicited|black ?list|block ?list|\bblocked\b|\bbanned\b|reputation"
    r"|rate.limit|unauthenticated|unusual rate|sender (address )?(rejected|denied)|relay(ing)? (access )?denied"
    r"|listed (at|in|on) "
)


def judge(trouble: Trouble) -> Judgement:
    """What the refusal means for the person. The carrier's habit first, then status and words together."""
    if habit := _habit_of(trouble):
        return habit.judgement
    is_about_us = bool(POLICY_WORDS.search(trouble.words))
    is_nobody = bool(NOBODY_WORDS.search(trouble.words)) and not is_about_us and not _is_passing(trouble)
    if trouble.status.startswith(OURS):
        # Some servers answer 5.7.1 for an unknown user; their words are clearer than their number.
        return _gone if is_nobody else _ours
    if trouble.status.startswith("5.") and (clear := CLEAR.get(trouble.status[2:])):
        return _ours if clear is _gone and is_about_us else clear
    if FULL_WORDS.search(trouble.words):
        return _full
    if is_nobody:
        return _gone
    return _ours if is_about_us else _other


def _habit_of(trouble: Trouble) -> Habit | None:
    for habit in HABITS:
        is_theirs = any(trouble.domain == each or trouble.domain.endswith(f".{each}") for each in habit.domains)
        if is_theirs and habit.words in trouble.words and habit.after_text in (None, trouble.after_text):
            return habit
    return None


def _is_passing(trouble: Trouble) -> bool:
    return trouble.status.startswith("4.") or (not trouble.status and 400 <= trouble.reply <= 499)
