"""A night with a call tree: a city, two officers, and a channel whose rounds begin when the ledger sends."""

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import NIGHT, first, make_destination
from todoke.base.registry import Registry
from todoke.shared.calling.models import Round, Seat, Tree
from todoke.shared.calling.tree_channel import TreeChannel
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.dispatcher import deliver
from todoke.shared.messaging.models import Delivery


@pytest.fixture
def officers(db, monkeypatch):
    registry = Registry("tests.kinds")
    registry.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", registry)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    ledger.make_city()
    return ledger.make_officers()


def make_tree(
    key="heads", rule="any", *, minutes=5, needed=None, post="000-0000-0099", people=("甲", "乙", "丙")
) -> Tree:
    tree = Tree.objects.create(
        key=key, name="連絡網", rule=rule, needed=needed, minutes=minutes,
        post_name="防災係長" if post else "", post_telephone=post,
    )  # fmt: skip
    for number, name in enumerate(people, start=1):
        Seat.objects.create(tree=tree, number=number, name=name, telephone=f"000-0000-000{number}")
    return tree


def deputise(tree: Tree, number: int, name: str, stands_in_for: int) -> Seat:
    return Seat.objects.create(
        tree=tree, number=number, name=name, telephone="000-0000-0077",
        stands_in_for=tree.seats.get(number=stands_in_for),
    )  # fmt: skip


def send(at=NIGHT) -> None:
    """What the dispatcher does with whatever is due on the channel of trees."""
    for claimed in dispatch.claim("emergency", TreeChannel.key, limit=10, at=at):
        deliver(claimed, TreeChannel.key)


def begun(officers, tree: Tree, **facts) -> Round:
    """The round of a first edition through this tree."""
    place = make_destination("tree", TreeChannel.key, address=tree.key, **facts)
    mode = {"mode": facts.pop("mode")} if "mode" in facts else {}
    release.release(first(officers, place, **mode), at=NIGHT)
    send()
    return Round.objects.get(delivery=Delivery.objects.latest("pk"))
