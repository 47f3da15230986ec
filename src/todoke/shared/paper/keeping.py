"""An edition in a file, so that it can be printed where no database answers: our own JSON, or the public CAP file."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from todoke.shared.messaging.cap import NAMESPACE
from todoke.shared.messaging.types import (
    AreaMark,
    CapFacts,
    Content,
    EditionKind,
    FrozenEdition,
    Mode,
    Reference,
    Wording,
)

FILE_BYTES_MAX = 20_000_000
FORM = "todoke-edition-1"


class UnreadableEdition(Exception):
    """The file holds no edition. The text says which file and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{path} から版を読み取れません：{reason}。印刷一式の edition.json か、公開データの cap フォルダーにある "
            ".xml を指定してください。"
        )
        self.path = path


def as_json(edition: FrozenEdition) -> bytes:
    """The edition as a file of ours; `read_edition` gives it back exactly."""
    told = {
        "form": FORM,
        **{name: getattr(edition, name) for name in ("identifier", "message_key", "number", "sender", "city", "note")},
        "kind": edition.kind.value,
        "mode": edition.mode.value,
        "sent_at": edition.sent_at.isoformat(),
        "expires_at": edition.expires_at.isoformat(),
        "references": [{**asdict(one), "sent_at": one.sent_at.isoformat()} for one in edition.references],
        "content": edition.content.as_json(),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def read_edition(path: Path) -> FrozenEdition:
    """The edition that a file holds: JSON of ours, or CAP 1.2 as Todoke publishes it. Raises UnreadableEdition."""
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise UnreadableEdition(path, error.strerror or type(error).__name__) from error
    if len(content) > FILE_BYTES_MAX:
        raise UnreadableEdition(path, "20 MBを超えています")
    try:
        return _from_cap(content) if content.lstrip()[:1] == b"<" else _from_json(content)
    except (ValueError, KeyError, TypeError, etree.XMLSyntaxError) as error:
        raise UnreadableEdition(path, f"{type(error).__name__}: {error}") from error


def _from_json(content: bytes) -> FrozenEdition:
    told: dict[str, Any] = json.loads(content)
    if not isinstance(told, dict) or told.get("form") != FORM:
        raise ValueError(f"form is not {FORM}")
    return FrozenEdition(
        identifier=told["identifier"],
        message_key=told["message_key"],
        number=told["number"],
        kind=EditionKind(told["kind"]),
        mode=Mode(told["mode"]),
        content=Content.from_json(told["content"]),
        sent_at=datetime.fromisoformat(told["sent_at"]),
        expires_at=datetime.fromisoformat(told["expires_at"]),
        sender=told["sender"],
        city=told["city"],
        references=tuple(
            Reference(one["identifier"], datetime.fromisoformat(one["sent_at"])) for one in told["references"]
        ),
        note=told["note"],
    )


# ---- CAP ------------------------------------------------------------------------------------------------------------

_MODE = {"Actual": Mode.ACTUAL, "Exercise": Mode.EXERCISE, "Test": Mode.TEST}
# The tags of cap.py, read backwards; the other languages are written as they are.
_LANGUAGE = {"ja-JP": "ja", "ja-simple": "ja-easy", "en-US": "en"}


def _from_cap(content: bytes) -> FrozenEdition:
    """What CAP keeps of an edition: everything that a sheet shows, but for readings and the words of single areas."""
    alert = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    if alert.tag != f"{{{NAMESPACE}}}alert":
        raise ValueError("not a CAP 1.2 alert")
    infos = alert.findall(f"{{{NAMESPACE}}}info")
    if not infos:
        raise ValueError("an alert without <info>")
    references = tuple(
        Reference(word.split(",")[1], datetime.fromisoformat(word.split(",")[2]).astimezone(UTC))
        for word in _text(alert, "references").split()
    )
    message_type = _text(alert, "msgType")
    kind = EditionKind.CANCEL if message_type == "Cancel" else EditionKind.UPDATE if references else EditionKind.FIRST
    title, note = _text(infos[0], "headline"), _own_note(_text(alert, "note"))
    if "【訂正】" in title:
        kind = EditionKind.CORRECTION
    return FrozenEdition(
        identifier=_text(alert, "identifier"),
        message_key=_message_key(_text(infos[0], "web")),
        number=len(references) + 1,
        kind=kind,
        mode=_MODE[_text(alert, "status")],
        content=_content(infos),
        sent_at=datetime.fromisoformat(_text(alert, "sent")).astimezone(UTC),
        expires_at=datetime.fromisoformat(_text(infos[0], "expires")).astimezone(UTC),
        sender=_text(alert, "sender"),
        city=_text(infos[0], "senderName"),
        references=references,
        note=note,
    )


def _content(infos: list[Any]) -> Content:
    wordings: dict[str, Wording] = {}
    areas: dict[str, AreaMark] = {}
    for info in infos:
        tag = _text(info, "language")
        language = _LANGUAGE.get(tag, tag)
        headline, body = _unmarked(_text(info, "headline")), _text(info, "description")
        wordings.setdefault(language, Wording(language, headline, body, _text(info, "instruction") or headline))
        if language == "ja":
            level = _level(info)
            notice = _text(info, "event") if "AllClear" in _texts(info, "responseType") else ""
            for area in info.findall(f"{{{NAMESPACE}}}area"):
                name = _text(area, "areaDesc")
                areas[name] = AreaMark(
                    key=_pair(area, "geocode", "todoke:area") or name, name=name, level=level, notice=notice
                )
    levels = [area.level for area in areas.values() if area.level]
    city = _text(infos[0], "senderName")
    named = tuple(area for area in areas.values() if not (len(areas) == 1 and area.name == city))
    return Content(
        wordings=tuple(wordings.values()),
        areas=named,
        level=max(levels, default=None),
        cap=CapFacts(response_type=" ".join(_texts(infos[0], "responseType"))),
        contact=_text(infos[0], "contact"),
        page="",
    )


def _unmarked(headline: str) -> str:
    # The marks are put there by the system, from mode and kind; printed twice they would be read as noise.
    while headline.startswith(("【", "[")):
        end = headline.find("】" if headline[0] == "【" else "]")
        if end < 0:
            break
        headline = headline[end + 1 :].lstrip()
    return headline


def _own_note(note: str) -> str:
    for drill in ("これは訓練です。 THIS IS A DRILL.", "これは試験です。 THIS IS A TEST."):
        note = note.removeprefix(drill)
    return note.strip()


def _message_key(web: str) -> str:
    parts = [part for part in web.split("/") if part]
    return parts[-2] if parts and parts[-1].endswith(".html") else parts[-1] if parts else ""


def _level(info: Any) -> int | None:
    level = _pair(info, "parameter", "jp:keikai-level")
    return int(level) if level else None


def _pair(parent: Any, name: str, wanted: str) -> str:
    for pair in parent.findall(f"{{{NAMESPACE}}}{name}"):
        if _text(pair, "valueName") == wanted:
            return _text(pair, "value")
    return ""


def _text(parent: Any, name: str) -> str:
    return (parent.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()


def _texts(parent: Any, name: str) -> list[str]:
    return [(one.text or "").strip() for one in parent.findall(f"{{{NAMESPACE}}}{name}")]
