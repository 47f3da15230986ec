"""A small office for tests: 係長 → 課長 → (合議 財政課長) → 部長 → 市長, a drafter, and a published route."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from todoke.base.clock import in_japan
from todoke.ground.people.models import Account, Post, Posting, Role, RolePermission, Section, Staff
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.shared.decisions.actions.drafting import begin
from todoke.shared.decisions.actions.routes import publish
from todoke.shared.decisions.models import Decision, DeputyRule, RouteVersion

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
RIGHTS = ("decisions.draft", "decisions.mark")
SEATS = {
    "kusano": ("kankyo", "shuji"),
    "kakari": ("kankyo", "kakaricho"),
    "kacho": ("kankyo", "kacho"),
    "zaisei": ("zaisei", "kacho"),
    "bucho": ("shimin-bu", "bucho"),
    "shicho": ("shicho-shitsu", "shicho"),
    "somu": ("somu", "kacho"),
}
NAMES = {
    "kusano": "草野 ゆい",
    "kakari": "岩瀬 香",
    "kacho": "海老原 学",
    "zaisei": "財前 武",
    "bucho": "市川 実",
    "shicho": "凪沢 巌",
    "somu": "総田 文",
}
DOCUMENT: dict[str, Any] = {
    "title": "支出の伺い",
    "title_en": "Spending",
    "facts": [{"key": "amount", "kind": "money", "label": "金額"}],
    "levels": [
        {"key": "kakaricho", "optional": True, "seats": [{"section": "drafter", "post": "kakaricho"}]},
        {"key": "kacho", "seats": [{"section": "drafter", "post": "kacho"}]},
        {
            "key": "zaisei",
            "function": "concur",
            "seats": [{"section": "zaisei", "post": "kacho"}],
            "when": {"op": "at-least", "of": [{"name": "amount"}, 1_000_000]},
        },
        {"key": "bucho", "seats": [{"section": "drafter.parent", "post": "bucho"}]},
        {"key": "shicho", "seats": [{"section": "shicho-shitsu", "post": "shicho"}]},
    ],
    "deciding": [
        {"level": "kacho", "when": {"op": "less", "of": [{"name": "amount"}, 1_000_000]}},
        {"level": "bucho", "when": {"op": "less", "of": [{"name": "amount"}, 10_000_000]}},
        {"level": "shicho"},
    ],
    "readers": [{"section": "somu", "post": "kacho"}],
}


def make_office() -> dict[str, Account]:
    """Sections, posts, and one person in each; returns their accounts by short name."""
    for key, name, rank in (
        ("shicho", "市長", 1),
        ("bucho", "部長", 10),
        ("kacho", "課長", 30),
        ("kakaricho", "係長", 40),
        ("shuji", "主事", 60),
    ):
        Post.objects.get_or_create(key=key, defaults={"name": name, "rank": rank})
    for key, name in (
        ("shicho-shitsu", "市長室"),
        ("shimin-bu", "市民部"),
        ("kankyo", "環境課"),
        ("zaisei", "財政課"),
        ("somu", "総務課"),
    ):
        Section.objects.get_or_create(key=key, defaults={"name": name, "reading": "よみ", "name_en": key})
    Section.objects.filter(key="kankyo").update(parent=Section.objects.get(key="shimin-bu"))
    return {short: make_person(short, NAMES[short], [seat]) for short, seat in SEATS.items()}


def make_person(
    login_name: str, name: str, seats: Sequence[tuple[str, str]], rights: Sequence[str] = RIGHTS
) -> Account:
    """Somebody in these posts; the second and later ones are 兼務."""
    account = Account.objects.create(login_name=login_name, name=name)
    staff = Staff.objects.create(account=account, staff_number=login_name, reading="よみ")
    role, _made = Role.objects.get_or_create(key="-".join(rights).replace(".", "-"), defaults={"name": "役割"})
    for right in rights:
        RolePermission.objects.get_or_create(role=role, permission=right)
    for number, (section, post) in enumerate(seats):
        Posting.objects.create(
            staff=staff,
            section=Section.objects.get(key=section),
            post=Post.objects.get(key=post),
            role=role,
            is_concurrent=number > 0,
            start_date=date(2025, 4, 1),
        )
    return account


def viewer(account: Account, at: datetime = AT) -> Viewer:
    return viewer_for(account, in_japan(at).date())


def posting_of(account: Account) -> Posting:
    return Posting.objects.filter(staff__account=account).order_by("pk")[0]


def make_route(document: dict[str, Any] | None = None, key: str = "spending") -> RouteVersion:
    return publish(key, document or DOCUMENT, by="test", at=AT)


def make_deputy(of: tuple[str, str], deputy: tuple[str, str], *, may_decide: bool = True, order: int = 1) -> DeputyRule:
    return DeputyRule.objects.create(
        section=Section.objects.get(key=of[0]),
        post=Post.objects.get(key=of[1]),
        deputy_section=Section.objects.get(key=deputy[0]),
        deputy_post=Post.objects.get(key=deputy[1]),
        may_decide=may_decide,
        order=order,
    )


def draft(people: dict[str, Account], amount: int = 500_000, **more: Any) -> Decision:
    route = more.pop("route", None) or make_route()
    return begin(
        "防鳥ネットの購入について",
        route=route,
        facts={"amount": amount},
        body="次のとおり購入してよろしいか、伺います。",
        viewer=viewer(people["kusano"]),
        at=AT,
        **more,
    )
