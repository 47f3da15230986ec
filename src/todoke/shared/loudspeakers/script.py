"""What is said for the ear, from an edition: who speaks, what, where, what to do, and all of it again. Pure.

After the sample of the guideline (避難情報に関するガイドライン、内閣府、令和3年5月): 「緊急放送、緊急放送、
警戒レベル4、避難開始。」 twice, then 「こちらは、○○市です。○○地区に…避難指示を発令しました。…」. What a template or a
person wrote for speech (`Register.SPEECH`) is said as it stands; the words that mark a drill, a correction or a
cancellation are always ours.
"""

import re

from todoke.shared.loudspeakers.types import Script
from todoke.shared.messaging.types import AreaMark, EditionKind, FrozenEdition, Mode, Register

AREAS_MAX = 12
BODY_SENTENCES_MAX = 3
BODY_LETTERS_MAX = 160
TIMES = 2

MODES = {
    Mode.EXERCISE: ("訓練、訓練。", "これは、訓練放送です。実際の災害ではありません。"),
    Mode.TEST: ("試験放送、試験放送。", "これは、放送設備の試験です。実際の災害ではありません。"),
}
# The mayor's own orders are 発令; what the weather service says is 発表.
OPENING = {5: "緊急安全確保", 4: "避難開始", 3: "高齢者等避難開始"}
ORDERS = frozenset({"緊急安全確保", "避難指示", "高齢者等避難"})
ACTS = {
    5: "命の危険が迫っています。いますぐ、少しでも安全な場所へ移り、命を守ってください。",
    4: "危険な場所にいる方は、速やかに、全員避難してください。",
    3: "高齢の方など、避難に時間のかかる方は、危険な場所から避難してください。"
    "そのほかの方も、避難の準備をしてください。",
}
TSUNAMI = {"大津波警報": "tsunami-major", "津波警報": "tsunami-warning", "津波注意報": "tsunami-advisory"}
HAZARDS = {
    "flood": "洪水",
    "inland-flood": "内水氾濫",
    "landslide": "土砂災害",
    "storm-surge": "高潮",
    "tsunami": "津波",
    "earthquake": "地震",
    "fire": "大規模な火事",
    "volcano": "火山現象",
}
# What nobody can follow with the ear: addresses, telephone numbers, list marks.
UNSPEAKABLE = re.compile(r"https?://|www\.|[\w.+-]+@[\w-]+\.|[0-9]{2,4}-[0-9]{2,4}-[0-9]{3,4}|[・●■◆]|問い合わせ")
READING = re.compile(r"[（(][ぁ-んァ-ヶー\s]+[）)]")
SAID_ALREADY = re.compile(r"発令しました|発表されました|対象地域")


def script_of(edition: FrozenEdition) -> Script:
    """The broadcast of this edition, always in Japanese."""
    urgent = is_urgent(edition)
    return Script(
        before=MODES.get(edition.mode, ()),
        pattern=_pattern(edition),
        lines=(*_again_in_the_middle(edition), *_message(edition)),
        times=TIMES if urgent else 1,
        ending="chime-down",
    )


def is_urgent(edition: FrozenEdition) -> bool:
    """Whether this is an alert: one that is read on at the alert's own page. Ordinary notices name a page of theirs."""
    return not edition.content.page


def is_lifted(edition: FrozenEdition) -> bool:
    """Whether this edition says that an order or warning is over."""
    return edition.content.facts.get("lifted") == "yes"


def for_the_ear(text: str) -> str:
    """One line of text as it is said: without brackets with readings, marks and blanks that only the eye needs."""
    text = READING.sub("", text)
    text = re.sub(r"【[^】]*】|\*", "", text)
    text = text.replace("〜", "から").replace("～", "から").replace("\u3000", "、").replace("：", "、")
    return re.sub(r"[、\s]*\n[、\s]*", "", text.strip())


def _again_in_the_middle(edition: FrozenEdition) -> tuple[str, ...]:
    # Who opens the window at the repetition must hear that it is a drill, too.
    return MODES[edition.mode][:1] if edition.mode in MODES else ()


def _pattern(edition: FrozenEdition) -> str:
    if not is_urgent(edition) or edition.kind is EditionKind.CANCEL:
        return "chime-up"
    notices = {area.notice for area in edition.content.areas}
    tsunami = [TSUNAMI[notice] for notice in TSUNAMI if notice in notices]
    if is_lifted(edition):
        return "tsunami-lifted" if edition.content.facts.get("hazard") == "tsunami" else "chime-up"
    if tsunami:
        return tsunami[0]
    return "evacuation" if _orders(edition) and (_level(edition) or 0) >= 4 else "chime-up"


def _message(edition: FrozenEdition) -> tuple[str, ...]:
    first = f"こちらは、{edition.city}です。"
    last = f"以上、{edition.city}でした。"
    if edition.kind is EditionKind.CANCEL:
        return (first, *_taken_back(edition), last)
    correction = _corrected(edition)
    if written := edition.content.wording("ja").said_in(Register.SPEECH):
        return (*correction, *_lines(written))
    if is_lifted(edition):
        return (first, *correction, *_what_is_over(edition), last)
    return (*_opening(edition), first, *correction, *_said(edition), last)


def _opening(edition: FrozenEdition) -> tuple[str, ...]:
    level = _level(edition)
    if not is_urgent(edition):
        return ()
    if not level or level not in OPENING:
        return ("緊急放送、緊急放送。",) * 2
    word = OPENING[level] if _orders(edition) else _notice(edition)
    return (f"緊急放送、緊急放送。警戒レベル{level}、{word}。",) * 2


def _said(edition: FrozenEdition) -> tuple[str, ...]:
    content, wording = edition.content, edition.content.wording("ja")
    if not is_urgent(edition):
        return (f"{_sentence(wording.title)}", *_lines(wording.short or wording.body))
    level = _level(edition)
    announced = _announced(edition)
    title = () if announced else (_sentence(wording.title),)
    told = _from_the_body(wording.body or wording.short)
    # Said by the body already, perhaps more to the point: twice would be two orders.
    acted = any("避難してください" in sentence for sentence in told)
    act = (ACTS[level],) if level in ACTS and content.areas and not acted else ()
    return (*title, *announced, *told, *act)


def _announced(edition: FrozenEdition) -> tuple[str, ...]:
    hazard = HAZARDS.get(edition.content.facts.get("hazard", ""))
    about = f"{hazard}に関する" if hazard else ""
    said = []
    for (level, notice), names in _by_level(edition).items():
        if not level and not notice:
            continue
        number = f"警戒レベル{level}、" if level else ""
        done = "を発令しました。" if notice in ORDERS else "が発表されています。"
        said.append(f"{names}に、{about if notice in ORDERS else ''}{number}{notice}{done}")
    return tuple(said)


def _what_is_over(edition: FrozenEdition) -> tuple[str, ...]:
    wording = edition.content.wording("ja")
    # What was in force is in the title; the areas of a lifting carry no level any more.
    return (_sentence(wording.title), *_from_the_body(wording.body or wording.short))


def _taken_back(edition: FrozenEdition) -> tuple[str, ...]:
    # The text itself is never said again: whoever hears 「避難してください」 acts on it.
    words = [
        f"{names}の、{f'警戒レベル{level}、' if level else ''}{notice}"
        for (level, notice), names in _by_level(edition).items()
        if level or notice
    ]
    what = "".join(f"取り消すのは、{word}の放送です。" for word in words)
    why = f"取り消しの理由は、{for_the_ear(edition.note).rstrip('。')}。" if edition.note else ""
    return tuple(line for line in ("先ほどの放送は、誤りでした。取り消します。", what, why) if line)


def _corrected(edition: FrozenEdition) -> tuple[str, ...]:
    if edition.kind is not EditionKind.CORRECTION:
        return ()
    what = f"訂正した点は、{for_the_ear(edition.note).rstrip('。')}。" if edition.note else ""
    return tuple(line for line in ("先ほどの放送を、訂正します。", what, "正しくは、次のとおりです。") if line)


def _by_level(edition: FrozenEdition) -> dict[tuple[int | None, str], str]:
    under: dict[tuple[int | None, str], list[str]] = {}
    for area in sorted(edition.content.areas, key=lambda area: -(area.level or 0)):
        under.setdefault((area.level, area.notice), []).append(area.name)
    return {words: _listed(names) for words, names in under.items()}


def _listed(names: list[str]) -> str:
    more = [f"ほか{len(names) - AREAS_MAX}地区"] if len(names) > AREAS_MAX else []
    return "、".join(names[:AREAS_MAX] + more)


def _level(edition: FrozenEdition) -> int | None:
    levels = [area.level for area in edition.content.areas if area.level]
    return max(levels, default=edition.content.level)


def _notice(edition: FrozenEdition) -> str:
    highest: AreaMark | None = max(edition.content.areas, key=lambda area: area.level or 0, default=None)
    return highest.notice if highest else ""


def _orders(edition: FrozenEdition) -> bool:
    return not edition.content.areas or _notice(edition) in ORDERS


def _from_the_body(body: str) -> tuple[str, ...]:
    kept: list[str] = []
    for sentence in _sentences(body):
        if UNSPEAKABLE.search(sentence) or SAID_ALREADY.search(sentence):
            continue
        if len(kept) == BODY_SENTENCES_MAX or sum(map(len, kept)) + len(sentence) > BODY_LETTERS_MAX:
            break
        kept.append(for_the_ear(sentence))
    return tuple(kept)


def _sentences(body: str) -> list[str]:
    """Whole sentences alone: a line without 「。」 at its end is a heading or a list."""
    return re.findall(r"[^。\n]+。", body)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(_sentence(line) for line in text.splitlines() if for_the_ear(line))


def _sentence(text: str) -> str:
    said = for_the_ear(text)
    return said if said.endswith(("。", "！", "？")) else f"{said}。"
