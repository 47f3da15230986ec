"""An address in Japan: 〒, the place behind it, 町字, 番地, 方書."""

from collections.abc import Sequence
from random import Random
from typing import Any

from django.utils.translation import gettext_lazy as _

from todoke.base.codes import Trouble as CodeTrouble
from todoke.base.codes import postal_codes
from todoke.base.codes.addresses import Place, places_behind
from todoke.base.formulas import Kind, Name
from todoke.shared.paperwork.document import Question
from todoke.shared.paperwork.fields.reading import line
from todoke.shared.paperwork.registry import Act, Box, Choice, Column, FieldKind, Look, Setting
from todoke.shared.paperwork.types import Raw, Read, Sensitivity, Sentence, Trouble, Value, first

_PLACE = ("prefecture", "city", "town")
_ALL = ("postal_code", *_PLACE, "block", "building")
_COLUMNS = ("postal_code", "municipality", *_PLACE, "block", "building")
PLACES_SHOWN_MAX = 60


class Address(FieldKind):
    """住所. A postal code can stand for several places, also in two prefectures: all are offered, none is guessed.

    Its value has the parts that are not empty, and `municipality`, the 団体コード, where the postal code settles it.
    """

    key = "paperwork.address"
    name = _("住所")
    sensitivity = Sensitivity.PERSONAL
    settings = (Setting("own", _("書く人の住所（自動入力を使う）"), "flag"),)

    def boxes(self, question: Question, raw: Raw) -> Sequence[Box]:
        """〒, the places behind it where there are several, then the parts."""
        own = bool(question.settings.get("own"))
        found = [
            Box(
                "postal_code",
                _("郵便番号"),
                input_mode="numeric",
                width=9,
                autocomplete="postal-code" if own else "",
                hint=_("例：980-0803"),
                spellcheck=False,
            )
        ]
        places = _places(first(raw, "postal_code"))
        if len(places) > 1 and _chosen(raw, places) is None:
            choices = tuple(Choice(_key(place), _said(place)) for place in places[:PLACES_SHOWN_MAX])
            found.append(Box("place", _("住所を選んでください"), Look.RADIO, choices=choices))
        auto = ("address-level1", "address-level2", "address-level3") if own else ("", "", "")
        found.append(Box("prefecture", _("都道府県"), autocomplete=auto[0], width=10))
        found.append(Box("city", _("市区町村"), autocomplete=auto[1], hint=_("例：仙台市青葉区"), width=20))
        found.append(Box("town", _("町名"), autocomplete=auto[2], hint=_("例：国分町3丁目")))
        found.append(Box("block", _("番地"), autocomplete="address-line1" if own else "", hint=_("例：7番1号、7-1")))
        found.append(
            Box("building", _("建物の名前、部屋の番号（あるとき）"), autocomplete="address-line2" if own else "")
        )
        return found

    def acts(self, question: Question, raw: Raw) -> Sequence[Act]:
        """Look up what is behind the postal code."""
        del question, raw
        return (Act("look-up", _("郵便番号から住所を入れる")),)

    def act(self, name: str, raw: Raw, question: Question) -> Raw:
        """The one place behind the code, or the chosen one, goes into its boxes; what was typed elsewhere stays."""
        del question
        if name != "look-up":
            return raw
        places = _places(first(raw, "postal_code"))
        chosen = next((place for place in places if _key(place) == first(raw, "place")), None)
        if chosen is None and len(places) == 1:
            chosen = places[0]
        if chosen is None:
            # Who asks again with another code is offered its places, not held to the old one.
            return {part: posted for part, posted in raw.items() if part not in (*_PLACE, "place")} if places else raw
        return _filled(raw, chosen)

    def parse(self, raw: Raw, question: Question) -> Read:
        """The parts as typed. A code that is none is a trouble; one that does not fit is told, not refused."""
        del question
        postal = first(raw, "postal_code")
        places = _places(postal)
        picked = next((place for place in places if _key(place) == first(raw, "place")), None)
        if picked is not None:
            raw = _filled(raw, picked)
        value = {part: text for part in _ALL if (text := line(first(raw, part)))}
        troubles, notes = [], []
        if postal:
            read = postal_codes.read(line(postal))
            if isinstance(read, CodeTrouble):
                troubles.append(Trouble(Sentence(read), part="postal_code"))
            else:
                value["postal_code"] = read.value
        if len(places) > 1 and not any(part in value for part in _PLACE):
            mend = _("一覧から選んでください。ないときは、下の欄に書いてください。")
            troubles.append(Trouble(_("この郵便番号の住所は、いくつかあります。"), mend, "place"))
        else:
            for part, title in (("prefecture", _("都道府県")), ("city", _("市区町村"))):
                if part not in value:
                    mend = _("書くか、郵便番号から入れてください。")
                    troubles.append(Trouble(_("%(title)sがありません。") % {"title": title}, mend, part))
        if not value.get("town") and not value.get("block"):
            troubles.append(Trouble(_("町名と番地がありません。"), _("どちらかを書いてください。"), "block"))
        fitting = [place for place in places if _fits(value, place)]
        if places and not fitting and not troubles:
            notes.append(_("郵便番号と住所が合わないようです。もう一度見てください。"))
        codes = {place.municipality.value for place in fitting}
        if len(codes) == 1:
            value["municipality"] = codes.pop()
        return Read(value, tuple(troubles), tuple(notes))

    def raw_of(self, value: Value, question: Question) -> dict[str, list[str]]:
        """The parts."""
        del question
        return {part: [value[part]] for part in _ALL if part in value}

    def words(self, value: Value, question: Question) -> str:
        """〒980-0803, then the address in one line, then the building."""
        del question
        code = value.get("postal_code", "")
        lines = [
            f"〒{code[:3]}-{code[3:]}" if code else "",
            "".join(value.get(part, "") for part in (*_PLACE, "block")),
        ]
        return "\n".join(text for text in (*lines, value.get("building", "")) if text)

    def columns(self, question: Question) -> Sequence[Column]:
        """郵便番号, 団体コード, and the parts of the standard address (GIF 住所)."""
        del question
        headings = (
            _("郵便番号"),
            _("全国地方公共団体コード"),
            _("都道府県"),
            _("市区町村"),
            _("町字"),
            _("番地以下"),
            _("建物名等(方書)"),
        )
        return tuple(Column(part, heading) for part, heading in zip(_COLUMNS, headings, strict=True))

    def flat(self, value: Value, question: Question) -> Sequence[str]:
        """The parts."""
        del question
        return tuple((value or {}).get(part, "") for part in _COLUMNS)

    def reckoned(self, question: Question) -> Any:
        """Formulas know the 団体コード: who lives in the city?"""
        return Name(question.key, Kind.TEXT, question.label)

    def for_formula(self, value: Value, question: Question) -> Any:
        """The 団体コード, or prefecture and city where it is not settled."""
        del question
        if value is None:
            return None
        return value.get("municipality") or f"{value.get('prefecture', '')}{value.get('city', '')}"

    def generate(self, random: Random, question: Question) -> Value:
        """A real place with an invented block."""
        del question
        code = random.choice(("9800803", "9818003", "0208530", "4980000", "6040925"))
        place = random.choice(_places(code))
        value = {"postal_code": code, "prefecture": place.prefecture, "city": place.city, "town": place.town}
        value |= {"block": f"{random.randint(1, 99)}-{random.randint(1, 20)}", "municipality": place.municipality.value}
        if random.random() < 0.5:
            value["building"] = "メゾン𠮷野 1103号"
        return {part: text for part, text in value.items() if text}


def _places(postal: str) -> list[Place]:
    read = postal_codes.read(line(postal)) if postal else None
    return [] if read is None or isinstance(read, CodeTrouble) else places_behind(read)


def _key(place: Place) -> str:
    return f"{place.municipality}:{place.town}:{place.office}"


def _said(place: Place) -> str:
    return f"{place}（{place.office}）" if place.office else str(place)


def _filled(raw: Raw, place: Place) -> Raw:
    block = {"block": [place.block]} if place.block and not first(raw, "block") else {}
    others = {part: posted for part, posted in raw.items() if part != "place"}
    return {**others, "prefecture": [place.prefecture], "city": [place.city], "town": [place.town], **block}


def _fits(value: Value, place: Place) -> bool:
    same = value.get("prefecture") == place.prefecture and value.get("city") == place.city
    return same and (value.get("town") or "").startswith(place.town)


def _chosen(raw: Raw, places: Sequence[Place]) -> Place | None:
    value = {part: line(first(raw, part)) for part in _PLACE}
    return next((place for place in places if _fits(value, place)), None)
