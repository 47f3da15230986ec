"""What the desk says of the routes before somebody sends."""

import pytest

from todoke.base.clock import now
from todoke.civic.emergency.queries.routes import route_healths
from todoke.ground.people.rules import Viewer
from todoke.shared.watch.models import Route, Trouble

pytestmark = pytest.mark.django_db


def viewer(*permissions: str) -> Viewer:
    return Viewer(1, "佐藤", 1, frozenset(), frozenset((key, "kiki") for key in permissions))


@pytest.fixture
def mail_in_trouble() -> Trouble:
    route = Route.objects.create(
        key="messaging.mail",
        channel="messaging.mail",
        name="メール",
        due_at=now(),
        ok=False,
        probed_at=now(),
        failures=2,
    )
    return Trouble.objects.create(route=route, began_at=now(), says="接続を断りました。")


def test_a_channel_that_does_not_work_now_is_shown_although_nothing_was_sent(mail_in_trouble) -> None:
    (mail,) = route_healths(viewer("messaging.read", "watch.read"), now())

    assert (mail.key, mail.tone, mail.trouble, mail.attempts) == ("messaging.mail", "bad", "接続を断りました。", 0)


def test_a_channel_that_works_again_is_not_shown(mail_in_trouble) -> None:
    Trouble.objects.update(ended_at=now())

    assert route_healths(viewer("messaging.read", "watch.read"), now()) == []


def test_who_may_not_see_the_routes_does_not_see_their_troubles(mail_in_trouble) -> None:
    assert route_healths(viewer("messaging.read"), now()) == []
