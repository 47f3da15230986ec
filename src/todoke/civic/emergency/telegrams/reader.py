"""Bytes in, a telegram out."""

import gzip
import hashlib
import io
import re
import zlib
from datetime import datetime

from lxml import etree

from todoke.civic.emergency.telegrams.areas import Node, areas_of
from todoke.civic.emergency.telegrams.families import family_of
from todoke.civic.emergency.telegrams.names import data_code
from todoke.civic.emergency.telegrams.refusals import NotValid, NotWellFormed, TooLarge
from todoke.civic.emergency.telegrams.telegram import CANCELLED, INFO_TYPES, MODES, AreaWarning, Telegram

# The largest official sample that a municipality needs has 430 KB.
BYTES_MAX = 5_000_000

# Longer than anything the service writes: an office's name, a list of EventIDs, the name of an area.
CHARACTERS_MAX = 200
EVENT_ID_CHARACTERS_MAX = 500
CODE_CHARACTERS_MAX = 40
YEAR_MIN, YEAR_MAX = 2000, 2100

ROOT = "{http://xml.kishou.go.jp/jmaxml1/}Report"
CONTROL = "{http://xml.kishou.go.jp/jmaxml1/}"
HEAD = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"

# xs:dateTime with a zone: an instant without one could be nine hours wrong.
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def read(content: bytes, file_name: str = "", schema: etree.XMLSchema | None = None) -> Telegram:
    """The telegram in these bytes, plain or gzip-ed; `file_name` may give its data code.

    Our own check of what we rely on is always made; `schema` (schema.py) adds the weather service's.

    Raises NotATelegram (TooLarge, NotWellFormed, NotValid) with a Japanese sentence. A telegram of a family that we do
    not interpret is no error: its `reason` says so.
    """
    report = _parsed(_unpacked(content))
    if schema is not None and not schema.validate(report):
        first = next(iter(schema.error_log))  # type: ignore[call-overload]
        raise NotValid(f"気象庁のXMLスキーマに合いません（{first.line}行目）: {first.message[:300]}", first.path or "/")
    control, head = _part(report, "Control", CONTROL), _part(report, "Head", HEAD)
    title = _required(control, CONTROL, "Title")
    status = _one_of(_required(control, CONTROL, "Status"), tuple(MODES), "Control/Status")
    info_type = _one_of(_required(head, HEAD, "InfoType"), INFO_TYPES, "Head/InfoType")
    report_time = _required(head, HEAD, "ReportDateTime")
    family = family_of(title)
    areas = areas_of(report, family) if family else ()
    _check_lengths(areas)
    code = data_code(file_name, title, family)
    reason = None
    if family is None:
        reason = _why_outside(title, code)
    elif family.must_name_areas and not areas and info_type != CANCELLED:
        reason = _why_unread(report)
    return Telegram(
        code=code,
        title=title,
        status=status,
        info_type=info_type,
        event_id=_present(head, "EventID", EVENT_ID_CHARACTERS_MAX),
        serial=_present(head, "Serial"),
        report_time=report_time,
        report_at=_instant(report_time, "Head/ReportDateTime"),
        issued_at=_instant(_required(control, CONTROL, "DateTime"), "Control/DateTime"),
        target_at=_instant_or_none(head, "TargetDateTime"),
        valid_until=_instant_or_none(head, "ValidDateTime"),
        editorial_office=_required(control, CONTROL, "EditorialOffice"),
        publishing_office=_required(control, CONTROL, "PublishingOffice"),
        headline_title=_required(head, HEAD, "Title"),
        headline=(head.findtext(f"{HEAD}Headline/{HEAD}Text") or "").strip(),
        family=family.key if family else "",
        areas=areas,
        reason=reason,
        fingerprint=hashlib.sha256(etree.tostring(report, method="c14n")).hexdigest(),
    )


def has_doctype(root: Node) -> bool:
    """Whether this document declares a type: where entities come from, and where no honest telegram or feed has one."""
    return bool(root.getroottree().docinfo.doctype)  # type: ignore[attr-defined]


def _unpacked(content: bytes) -> bytes:
    if len(content) > BYTES_MAX:
        raise TooLarge(BYTES_MAX)
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            unpacked = packed.read(BYTES_MAX + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotWellFormed("gzipファイルが途中で切れているか、壊れています。") from error
    if len(unpacked) > BYTES_MAX:
        raise TooLarge(BYTES_MAX)
    return unpacked


def _parsed(content: bytes) -> Node:
    if not content.strip():
        raise NotWellFormed("中身がありません。")
    # A parser is made for each telegram: lxml's are not safe to share between threads. Blank text goes, so that an
    # indented copy has the same fingerprint.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        report = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise NotWellFormed(
            f"XMLとして読めません（{error.lineno or 1}行目）。途中で切れているか、壊れています。"
        ) from error
    if has_doctype(report):
        raise NotValid("文書型宣言（DOCTYPE）があります。気象庁の電文にはありません。", "/")
    if report.tag != ROOT:
        raise NotValid(f"気象庁防災情報XMLではありません（最初の要素は{etree.QName(report).localname}）。", "/")
    return report


def _part(report: Node, name: str, namespace: str) -> Node:
    part = report.find(f"{namespace}{name}")
    if part is None:
        raise NotValid(f"{name}部がありません。", name)
    return part


def _required(part: Node, namespace: str, name: str) -> str:
    text = (part.findtext(f"{namespace}{name}") or "").strip()
    where = f"{etree.QName(part).localname}/{name}"
    if not text:
        raise NotValid(f"{where}がありません。", where)
    return _short(text, where)


def _present(head: Node, name: str, characters_max: int = CHARACTERS_MAX) -> str:
    text = head.findtext(f"{HEAD}{name}")
    if text is None:
        raise NotValid(f"Head/{name}がありません。", f"Head/{name}")
    return _short(text.strip(), f"Head/{name}", characters_max)


def _short(text: str, where: str, characters_max: int = CHARACTERS_MAX) -> str:
    if len(text) > characters_max:
        raise NotValid(f"{where}が長すぎます（{len(text)}文字、上限は{characters_max}文字）。", where)
    return text


def _check_lengths(areas: tuple[AreaWarning, ...]) -> None:
    for area in areas:
        _short(area.name, "Area/Name")
        _short(area.kind, "Kind/Name")
        _short(area.code, "Area/Code", CODE_CHARACTERS_MAX)
        _short(area.kind_code, "Kind/Code", CODE_CHARACTERS_MAX)


def _one_of(text: str, allowed: tuple[str, ...], where: str) -> str:
    if text not in allowed:
        raise NotValid(f"{where}の値「{text[:20]}」は定められていません（{'、'.join(allowed)}のどれかです）。", where)
    return text


def _instant(text: str, where: str) -> datetime:
    try:
        if INSTANT.fullmatch(text) and YEAR_MIN <= int(text[:4]) <= YEAR_MAX:
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # a 31st of June: said below, like everything else that is no instant
    raise NotValid(f"{where}の値「{text[:40]}」は日時として読めません。", where)


def _instant_or_none(head: Node, name: str) -> datetime | None:
    text = (head.findtext(f"{HEAD}{name}") or "").strip()
    return _instant(text, f"Head/{name}") if text else None


def _why_outside(title: str, code: str) -> str:
    named = f"{title}（{code}）" if code else title
    return f"「{named}」は、このシステムが内容を読み取る電文の対象外です。原文は保存しています。"


def _why_unread(report: Node) -> str:
    body = report.find("{*}Body")
    parts = "、".join(sorted({etree.QName(node).localname for node in body})) if body is not None else ""
    return f"対象地域を読み取れませんでした（Bodyの要素: {parts or 'なし'}）。原文を見てください。"
