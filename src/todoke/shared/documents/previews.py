"""How a letter looks, before anybody issues one: with invented facts, without number, seal and signature."""

from datetime import datetime
from typing import Any

from todoke.base.clock import in_japan
from todoke.ground.places.queries import the_city
from todoke.shared.documents.composing import Composition, Instruction, pictures
from todoke.shared.documents.models import LetterVersion
from todoke.shared.documents.queries import address_of, body_of, clauses_in_force, in_groups
from todoke.shared.documents.rules.facts import FactName

NO_CODE = "a" * 32
MARK = "確認用（公文書ではありません）"


def preview(version: LetterVersion, *, at: datetime) -> list[bytes]:
    """The pages of this version as PNG. Raises CannotPrint or NoJapaneseFont."""
    body = body_of(version)
    day = in_japan(at).date()
    clauses = {
        key: Instruction(each.clause.name, each.text) for key, each in clauses_in_force(body.clause_keys(), day).items()
    }
    city = the_city()
    name = city.name if city else ""
    made = Composition(
        body=body,
        facts={key: invented(each, at) for key, each in body.names.items()},
        number="（文書番号）",
        day=day,
        city=name,
        addressee=("（住所）", "（氏名）　様"),
        sender=(f"{name}長", "（氏名）"),
        address=address_of(NO_CODE),
        shown_code=in_groups(NO_CODE),
        reasons=("（理由。どの事実が、どの基準に当たるのかを書きます。）",),
        instructions=clauses.get(body.instructions),
        clauses=clauses,
        mark=MARK,
    )
    return pictures(made, at=at)


def invented(name: FactName, at: datetime) -> Any:
    """A value of this kind that nobody takes for a real one."""
    values: dict[str, Any] = {
        "date": in_japan(at).date(),
        "money": 12_300,
        "number": 12,
        "truth": True,
        "rows": [],
    }
    return values.get(name.kind, f"（{name.words}）")
