"""Orders for tests: a permit, a refusal, a certificate, with invented people."""

from dataclasses import replace
from datetime import date
from typing import Any

from todoke.shared.documents.actions.issuing import Order
from todoke.shared.documents.registry import Leave, Request

REASONS = (
    "占用しようとする幅1.8メートルは、凪浜市道路占用許可基準第3条第2号に定める上限（1.2メートル）を超え、"
    "歩行者が安全に通行できる幅を残せないため。",
)


class DecidedForTests:
    """Grants leave 7 for what was asked of the subject test.case:12."""

    key = "test.decision"

    def leave(self, key: str, request: Request) -> Leave | None:
        if key == "7" and request.subject == ("test.case", "12"):
            return Leave("決裁第7号（土木課長専決）", date(2020, 4, 1))
        return None


def a_refusal(**changes: Any) -> Order:
    order = Order(
        letter="senyo-fukyoka",
        facts={"applicant.name": "試験 花子", "applied.date": date(2026, 10, 1), "place": "凪浜市港町1丁目2番地先"},
        subject=("test.case", "12"),
        addressee=("凪浜市港町1丁目2番3号", "試験 花子　様"),
        reasons=REASONS,
        seal="shicho",
        leave=("test.decision", "7"),
    )
    return replace(order, **changes)


def a_permit(**changes: Any) -> Order:
    order = Order(
        letter="senyo-kyoka",
        facts={
            "applicant.name": "試験 花子",
            "applied.date": date(2026, 10, 1),
            "place": "凪浜市港町1丁目2番地先",
            "purpose": "足場の設置",
            "period": "令和8年12月1日から令和8年12月20日まで",
            "fee": 12_300,
        },
        subject=("test.case", "12"),
        addressee=("凪浜市港町1丁目2番3号", "試験 花子　様"),
        seal="shicho",
        leave=("test.decision", "7"),
    )
    return replace(order, **changes)


def a_certificate(number: int = 1, **changes: Any) -> Order:
    order = Order(
        letter="risai-shomei",
        facts={
            "applicant.name": f"試験 太郎{number}",
            "applicant.address": f"凪浜市港町{number}番地",
            "cause": "令和8年10月の台風",
            "place": f"凪浜市港町{number}番地",
            "degree": "半壊",
            "house": "持家",
        },
        subject=("test.household", str(number)),
        seal="shomei-senyo",
    )
    return replace(order, **changes)
