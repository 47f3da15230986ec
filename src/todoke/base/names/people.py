"""The name of a person: the parts that Japanese registers keep, put together for paper and for lists."""

from dataclasses import dataclass, fields

from todoke.base.names.characters import kept
from todoke.base.names.readings import reading
from todoke.base.names.search import search_key, sort_key


@dataclass(frozen=True, kw_only=True)
class PersonName:
    """One person's name, as long as it is and in as few parts as it has.

    The parts are those of the government's data model 個人 (GIF 451-1-1: 氏, 名, their カナ, 英字) and of the
    residents' register beside it: 旧氏 (住民基本台帳法施行令30条の13) and 通称 (30条の16). Who has one name alone (an
    Indonesian, say) has it in `family` and no `given`. Every part is kept as typed; readings are brought into
    katakana.
    """

    family: str
    given: str = ""
    family_reading: str = ""
    given_reading: str = ""
    former_family: str = ""
    former_family_reading: str = ""
    alias: str = ""
    alias_reading: str = ""
    roman: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            text = getattr(self, field.name)
            # A frozen value is put right once, while it is made.
            object.__setattr__(self, field.name, reading(text) if field.name.endswith("_reading") else kept(text))

    @property
    def whole(self) -> str:
        """Family and given name with one blank between them: 山田 太郎."""
        return _joined(self.family, self.given)

    @property
    def whole_reading(self) -> str:
        """The reading of both: ヤマダ タロウ."""
        return _joined(self.family_reading, self.given_reading)

    @property
    def on_paper(self) -> str:
        """As a certificate prints it: with the former family name in ［］, the alias in （）, where there is one."""
        former = f"［{self.former_family}］" if self.former_family else ""
        alias = f"（{self.alias}）" if self.alias else ""
        return _joined(self.family + former, self.given) + alias

    @property
    def called(self) -> str:
        """How to speak to the person: by the alias where there is one, because that is what it is for."""
        return self.alias or self.whole

    def searched_by(self) -> frozenset[str]:
        """All keys under which the person is found: name, reading, former name, alias, letters, in either order."""
        parts = (
            self.whole,
            self.whole_reading,
            _joined(self.given, self.family),
            _joined(self.former_family, self.given),
            _joined(self.former_family_reading, self.given_reading),
            self.alias,
            self.alias_reading,
            self.roman,
            # SMITH John and John SMITH are one name.
            " ".join(reversed(self.roman.split())),
        )
        return frozenset(key for key in map(search_key, parts) if key)

    def sorted_by(self) -> tuple[tuple[str, str, str], ...]:
        """The place in a list: by the reading, and by the name itself where no reading is known."""
        return sort_key(self.whole_reading or self.roman or self.whole), sort_key(self.whole)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
