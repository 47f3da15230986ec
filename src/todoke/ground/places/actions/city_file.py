"""city.toml: who the city is, who speaks for it, and which published files are read with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from todoke.base.tables import Document, Place, Text, read_toml
from todoke.ground.places import rules
from todoke.ground.places.models import City
from todoke.ground.places.registry import LoadReport

CITY_KEYS = (
    "name",
    "reading",
    "name_en",
    "name_easy",
    "code",
    "prefecture",
    "prefecture_en",
    "sample",
    "telephone",
    "sender",
    "sources",
)
SENDER_KEYS = ("name", "mail", "reply", "cap")
SOURCE_KEYS = ("boundaries", "municipalities", "shelters")
REAL_PREFECTURES = range(1, 48)


@dataclass(frozen=True)
class CityFile:
    """What city.toml says. `shelters` and `boundaries` are paths, relative ones from the city folder."""

    values: Mapping[str, Any] = field(default_factory=dict)
    sample: bool = False
    boundaries: Path | None = None
    municipalities: Mapping[str, Place] = field(default_factory=dict)
    shelters: tuple[Path, ...] = ()


def read_city_file(folder: Path, report: LoadReport) -> CityFile:
    """Read city.toml and tell its faults."""
    document = read_toml(folder / "city.toml", report)
    if document is None:
        return CityFile()
    head, sender = document.values, _table(document, "sender")
    sources = _table(document, "sources")
    document.refuse_unknown(head, CITY_KEYS)
    document.refuse_unknown(sender, SENDER_KEYS, "sender")
    document.refuse_unknown(sources, SOURCE_KEYS, "sources")
    sample = document.yes(head, "sample")
    values = {
        "name": document.text(head, "name"),
        "code": _code(document, head, sample=sample),
        "sample": sample,
        **{
            key: document.text(head, key, blank=True)
            for key in ("reading", "name_en", "name_easy", "prefecture", "prefecture_en", "telephone")
        },
        "sender_name": document.text(sender, "name", "sender", blank=True),
        "sender_mail": _mail(document, sender, "mail"),
        "reply_mail": _mail(document, sender, "reply"),
        "cap_sender": document.text(sender, "cap", "sender", blank=True),
    }
    boundaries = document.text(sources, "boundaries", "sources", blank=True)
    return CityFile(
        values,
        sample,
        folder / boundaries if boundaries else None,
        _municipalities(document, sources, wanted=bool(boundaries)),
        tuple(folder / name for name in document.texts(sources, "shelters", "sources")),
    )


def store_city(city: CityFile, report: LoadReport) -> None:
    """Store the one row of the city; nothing when its file could not be understood."""
    if city.values.get("name") and city.values.get("code"):
        report.store(City, key={"pk": 1}, values=city.values)


def code_fault(code: str, *, sample: bool) -> Text | None:
    """Why this is not a 全国地方公共団体コード that may stand here, and how to mend it; None when it is one."""
    wanted = _("全国地方公共団体コードは検査数字を含む6桁です。")
    if not re.fullmatch(r"[0-9]{6}", code):
        likely = rules.likely_code(code)
        said = (
            _("「%(code)s」は%(digits)d桁です。") % {"code": code, "digits": len(code)}
            if re.fullmatch(r"[0-9]+", code)
            else _("「%(code)s」は数字だけではありません。") % {"code": code}
        )
        return said + wanted + (_("「%(likely)s」ではありませんか。") % {"likely": likely} if likely else "")
    if not rules.is_municipality_code(code):
        return _("「%(code)s」は検査数字が合いません。%(five)s の検査数字は %(digit)s です（%(five)s%(digit)s）。") % {
            "code": code,
            "five": code[:5],
            "digit": rules.check_digit(code[:5]),
        }
    if int(code[:2]) not in REAL_PREFECTURES and not sample:
        return _("「%(code)s」の先頭2桁は都道府県の番号（01から47）ではありません。") % {"code": code}
    return None


def _table(document: Document, key: str) -> Mapping[str, Any]:
    table = document.values.get(key, {})
    if isinstance(table, dict):
        return table
    document.fault(key, text=_("[%(key)s] という見出しの下に項目を書いてください。") % {"key": key})
    return {}


def _code(document: Document, head: Mapping[str, Any], *, sample: bool) -> str:
    code = document.text(head, "code")
    fault = code_fault(code, sample=sample) if code else None
    if fault:
        document.fault("code", text=fault)
        return ""
    return code


def _mail(document: Document, sender: Mapping[str, Any], key: str) -> str:
    address = document.text(sender, key, "sender", blank=True)
    if address and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+", address):
        document.fault("sender", key, text=_("メールアドレスではありません（例 bousai@city.example.jp）。"))
        return ""
    return address


def _municipalities(document: Document, sources: Mapping[str, Any], *, wanted: bool) -> dict[str, Place]:
    codes = document.texts(sources, "municipalities", "sources")
    place = document.place("sources", "municipalities")
    if wanted and not codes:
        document.faults.fault(place, _('boundariesから読む市区町村のコードを書いてください（例 ["041009"]）。'))
    for code in codes:
        if fault := code_fault(code, sample=True):
            document.faults.fault(place, fault)
    return dict.fromkeys((code for code in codes if rules.is_municipality_code(code)), place)
