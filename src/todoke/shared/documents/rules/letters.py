"""A letter as data: blocks in their order, texts with slots. Read, checked, and filled with facts.

There is no language in it: a slot is the name of a fact, and nothing else stands in braces. What comes from the facts
is set as text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from todoke.shared.documents.rules.conditions import ALWAYS, faults_of_condition
from todoke.shared.documents.rules.facts import KINDS, NAME, FactName, slots_of

BLOCKS: dict[str, dict[str, bool]] = {
    # Each block's own settings, and whether they must be there.
    "number": {},
    "date": {},
    "addressee": {},
    "sender": {},
    "heading": {"text": True},
    "body": {"paragraphs": True},
    "facts": {"rows": True},
    "record": {"items": True},
    "table": {"fact": True, "columns": True},
    "reasons": {},
    "instructions": {},
    "clause": {"key": True},
    "contact": {"lines": True},
    "qr": {},
}
ONCE = ("number", "date", "addressee", "sender", "heading", "reasons", "instructions", "qr")
PLACES = ("text", "boxes", "circle", "vertical", "seal", "qr", "code", "number", "date", "sender", "addressee")
SHOWN = ("kind", "number", "date", "section", "expires")
PAGES = {"a4": (210, 297), "a4-landscape": (297, 210), "a5": (148, 210)}
# Filled by the press, never by whoever asks for the letter.
OWN_NAMES = (
    "document.number",
    "document.date",
    "document.expires",
    "city.name",
    "city.mayor",
    "sender.title",
    "sender.name",
)


@dataclass(frozen=True)
class Fault:
    """What is wrong in a letter: where (`blocks.2.text`), and a sentence that says how to mend it."""

    path: str
    says: str

    def __str__(self) -> str:
        return f"{self.path}: {self.says}"


class UnsoundLetter(ValueError):
    """A letter that cannot be used as it stands."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class LetterBody:
    """A sound letter: what `read_letter` has let through."""

    raw: Mapping[str, Any]
    names: Mapping[str, FactName]

    @property
    def title(self) -> str:
        return str(self.raw["title"])

    @property
    def disposition(self) -> str:
        return str(self.raw["disposition"])

    @property
    def blocks(self) -> list[Mapping[str, Any]]:
        return list(self.raw.get("blocks", ()))

    @property
    def overlay(self) -> Mapping[str, Any] | None:
        return self.raw.get("overlay")

    @property
    def shows(self) -> list[str]:
        """What the verification page may show of such a document."""
        return list(self.raw.get("shows", ("kind", "number", "date", "section")))

    @property
    def secret(self) -> str:
        """The fact that a holder types from the paper to see more, or empty."""
        return str(self.raw.get("secret", ""))

    @property
    def valid_days(self) -> int | None:
        return self.raw.get("valid_days")

    @property
    def instructions(self) -> str:
        """The key of the clause that tells how to object, or empty."""
        return str(self.raw.get("instructions", ""))

    def has_block(self, kind: str) -> bool:
        """Whether such a block, or such a place on the form, is there without any condition."""
        blocks = any(block["block"] == kind and not block.get("when") for block in self.blocks)
        places = any(place["kind"] == kind for place in (self.overlay or {}).get("places", ()))
        return blocks or places

    def clause_keys(self) -> list[str]:
        """Every clause that the letter names."""
        keys = [block["key"] for block in self.blocks if block["block"] == "clause"]
        return [*keys, self.instructions] if self.instructions else keys


def read_letter(raw: Any) -> LetterBody:
    """The letter, checked from top to bottom. Raises UnsoundLetter with every fault at once."""
    faults = list(_faults(raw))
    if faults:
        raise UnsoundLetter(faults)
    return LetterBody(raw, _names(raw))


def missing_for(body: LetterBody, *, needs_reasons: bool, needs_instructions: bool) -> list[Fault]:
    """What the law asks of this letter and it does not have."""
    faults = []
    if needs_reasons and not body.has_block("reasons"):
        faults.append(Fault("blocks", "この種類の処分には「理由」（reasons）の欄が、条件なしで必要です。"))
    if needs_instructions and not (body.has_block("instructions") and body.instructions):
        faults.append(
            Fault(
                "blocks", "この種類の処分には「教示」（instructions）の欄と、教示の条項の指定が、条件なしで必要です。"
            )
        )
    return faults


def _names(raw: Mapping[str, Any]) -> dict[str, FactName]:
    return {
        key: FactName(key, each["kind"], each["words"], bool(each.get("optional")))
        for key, each in raw.get("names", {}).items()
    }


def _faults(raw: Any) -> Iterator[Fault]:
    if not isinstance(raw, Mapping):
        yield Fault("", "文書は、名前と値の組で書いてください。")
        return
    known_keys = {
        "title",
        "disposition",
        "names",
        "blocks",
        "overlay",
        "shows",
        "secret",
        "valid_days",
        "instructions",
        "language",
    }
    for key in sorted(set(raw) - known_keys):
        yield Fault(key, "知らない項目です。消すか、名前を直してください。")
    for key in ("title", "disposition"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            yield Fault(key, "空です。書いてください。")
    names = raw.get("names", {})
    if not isinstance(names, Mapping):
        yield Fault("names", "名前と値の組で書いてください。")
        return
    yield from _faults_of_names(names)
    known = {*names, *OWN_NAMES}
    blocks = raw.get("blocks", [])
    if not isinstance(blocks, list) or not (blocks or raw.get("overlay")):
        yield Fault("blocks", "欄を1つ以上並べてください。")
        return
    yield from _faults_of_blocks(blocks, names, known)
    if raw.get("overlay") is not None:
        yield from _faults_of_overlay(raw["overlay"], known)
    for number, shown in enumerate(raw.get("shows", ())):
        if shown not in SHOWN:
            yield Fault(f"shows.{number}", f"確認ページに出せるのは {'、'.join(SHOWN)} です。")
    if raw.get("secret") and raw["secret"] not in names:
        yield Fault("secret", "確認に使う項目が names にありません。")
    days = raw.get("valid_days")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or days < 1):
        yield Fault("valid_days", "1以上の整数で書いてください。")


def _faults_of_names(names: Mapping[str, Any]) -> Iterator[Fault]:
    for key, each in names.items():
        path = f"names.{key}"
        if not NAME.fullmatch(str(key)):
            yield Fault(path, "名前は半角の英小文字で始め、点で区切ってください（例 applicant.name）。")
        elif key in OWN_NAMES:
            yield Fault(path, "この名前は、文書が自分で入れるものです。ほかの名前にしてください。")
        if not isinstance(each, Mapping) or each.get("kind") not in KINDS:
            yield Fault(path, f"kind は {'、'.join(KINDS)} のどれかです。")
        elif not isinstance(each.get("words"), str) or not each["words"].strip():
            yield Fault(path, "words に、職員が読む名前を書いてください。")


def _faults_of_blocks(blocks: list[Any], names: Mapping[str, Any], known: set[str]) -> Iterator[Fault]:
    seen: list[str] = []
    for number, block in enumerate(blocks):
        path = f"blocks.{number}"
        kind = block.get("block") if isinstance(block, Mapping) else None
        if kind not in BLOCKS:
            yield Fault(path, f"block は {'、'.join(BLOCKS)} のどれかです。")
            continue
        settings = BLOCKS[kind]
        for key in sorted(set(block) - {"block", "when", *settings}):
            yield Fault(f"{path}.{key}", "この欄では使えません。")
        if block.get("when") is not None:
            yield from _faults_of_when(block, names, f"{path}.when")
        for key, required in settings.items():
            if required and not block.get(key):
                yield Fault(f"{path}.{key}", "空です。書いてください。")
        if kind in ONCE and kind in seen:
            yield Fault(path, f"{kind} の欄は1つだけです。")
        seen.append(kind)
        if kind == "table" and names.get(str(block.get("fact")), {}).get("kind") != "rows":
            yield Fault(f"{path}.fact", "種類が rows の名前を書いてください。")
        for place, text in _texts(block, path):
            yield from _faults_of_text(text, place, known)


def _faults_of_when(block: Mapping[str, Any], names: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if block["block"] in ALWAYS:
        yield Fault(path, f"{block['block']} の欄は、どの文書にも要ります。条件を消してください。")
        return
    told = {
        key: FactName(key, each["kind"], str(each.get("words", "")))
        for key, each in names.items()
        if isinstance(each, Mapping) and each.get("kind") in KINDS
    }
    for fault in faults_of_condition(block["when"], told):
        yield Fault(f"{path}{fault.path.replace('/', '.')}", str(fault.says))


def _texts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every text of a block, with its place."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key not in ("block", "when", "key", "fact", "kind"):
                yield from _texts(each, f"{path}.{key}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from _texts(each, f"{path}.{number}")
    else:
        yield path, value


def _faults_of_text(text: Any, path: str, known: set[str]) -> Iterator[Fault]:
    if isinstance(text, int | float):
        return
    if not isinstance(text, str):
        yield Fault(path, "文を書いてください。")
        return
    for name in slots_of(text):
        if name not in known:
            yield Fault(path, f"{{{name}}} という名前はありません。names に加えるか、名前を直してください。")
    if text.count("{") != text.count("}") or text.count("{") != len(slots_of(text)):
        yield Fault(path, "波かっこは、名前を囲むためだけに使ってください（例 {applicant.name}）。")


def _faults_of_overlay(overlay: Any, known: set[str]) -> Iterator[Fault]:
    if not isinstance(overlay, Mapping) or overlay.get("page") not in PAGES:
        yield Fault("overlay.page", f"page は {'、'.join(PAGES)} のどれかです。")
        return
    width, height = PAGES[overlay["page"]]
    for group in ("labels", "places", "lines", "boxes"):
        for number, place in enumerate(overlay.get(group, ())):
            path = f"overlay.{group}.{number}"
            for key, most in (("x", width), ("y", height)):
                value = place.get(key)
                if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
                    yield Fault(f"{path}.{key}", f"0から{most}までのミリメートルで書いてください。")
            if group == "places" and place.get("kind") not in PLACES:
                yield Fault(f"{path}.kind", f"kind は {'、'.join(PLACES)} のどれかです。")
            for key in ("text", "value", "when_is"):
                if key in place:
                    yield from _faults_of_text(place[key], f"{path}.{key}", known)
    kinds = {place.get("kind") for place in overlay.get("places", ())}
    for needed in ("number", "date"):
        if needed not in kinds:
            yield Fault("overlay.places", f"{needed} の位置がありません。")


def in_force(start: date, end: date | None, day: date) -> bool:
    """Whether something with these first and last days is in force on the day."""
    return start <= day and (end is None or day <= end)
