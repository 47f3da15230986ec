"""The call centre asks: what did we say? And after a correction: who saw the wrong one?"""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from tests.shared.messaging import ledger
from tests.shared.messaging.ledger import NIGHT, ObedientChannel, channels_of, first, following, make_destination, reach
from tests.sign_in import staff_client
from todoke.base.registry import Registry
from todoke.ground.people.rules import ANONYMOUS
from todoke.shared.messaging.actions import dispatch, release
from todoke.shared.messaging.actions.seen import confirm_seen
from todoke.shared.messaging.dispatcher import worker_name
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.registry import Withdrawal
from todoke.shared.messaging.types import AreaMark, EditionKind, Mode, Never, Receipt
from todoke.shared.said import corrections, queries
from todoke.shared.said.corrections import correction_of
from todoke.shared.said.queries import Asked, Standing, copies_of, said_for, said_one

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
READER = replace(ANONYMOUS, account_id=1, staff_id=1, grants=frozenset({("said.read", "kiki")}))


class Page(ObedientChannel):
    """A channel on which the next edition takes the place of the last."""

    @property
    def facts(self):
        return replace(super().facts, withdrawal=Withdrawal.REPLACES)


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def plain(monkeypatch):
    channel, page = ObedientChannel("tests.plain"), Page("tests.page")
    registry = channels_of(channel, page)
    for module in (dispatch, queries, corrections):
        monkeypatch.setattr(module, "channels", registry)
    return channel


@pytest.fixture
def officers(plain, monkeypatch):
    kinds = Registry("tests.kinds")
    kinds.register(ledger.KIND)
    monkeypatch.setattr(release, "kinds", kinds)
    monkeypatch.setattr(release, "artefacts", Registry("tests.artefacts"))
    ledger.make_city()
    return ledger.make_officers()


def carry(at, channel="tests.plain", outcome=None):
    """What the dispatcher does at this moment."""
    for claimed in dispatch.claim("emergency", channel, limit=50, at=at):
        errand = dispatch.hand_over(claimed, worker=worker_name(), at=at)
        dispatch.settle(errand, outcome or Receipt(), at=at, chance=0.5)


def sent(officers, *places, at=NIGHT, order=None):
    edition = release.release(order or first(officers, *places), at=at)
    carry(at)
    carry(at, "tests.page")
    return edition


def standings(**asked) -> list[Standing]:
    return [one.standing for one in said_for(READER, Asked(**asked), at=NIGHT)]


def test_every_edition_says_whether_it_still_holds(officers):
    place = make_destination("a")
    edition = sent(officers, place)
    assert standings() == [Standing.IN_FORCE]

    correction = sent(officers, order=following(edition, EditionKind.CORRECTION, place))
    assert standings() == [Standing.IN_FORCE, Standing.CORRECTED]

    sent(officers, order=following(correction, EditionKind.CANCEL))
    assert standings() == [Standing.TAKES_BACK, Standing.CANCELLED, Standing.CANCELLED]
    assert standings(only_in_force=True) == [Standing.TAKES_BACK]


def test_after_its_time_it_is_over(officers):
    edition = sent(officers, make_destination("a"))

    assert said_one(READER, edition.pk, at=edition.expires_at).standing is Standing.EXPIRED


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({"words": "川の水"}, 1),
        ({"words": "避難　増えて"}, 1),
        ({"words": "警戒レベル４"}, 1),
        ({"words": "給水"}, 0),
        ({"area": "港"}, 1),
        ({"area": "ﾐﾅﾄ"}, 1),
        ({"area": "山"}, 0),
        ({"channel": "tests.plain"}, 1),
        ({"channel": "tests.page"}, 0),
        ({"mode": Mode.EXERCISE}, 0),
    ],
)
def test_it_is_found_by_word_area_and_channel_in_any_width(officers, asked, number):
    order = first(officers, make_destination("a"))
    port = AreaMark(key="minato", name="港地区", reading="ミナトチク", level=4)
    sent(officers, order=replace(order, content=replace(order.content, areas=(port,))))

    assert len(standings(**asked)) == number


def test_a_drill_is_never_among_what_was_said_in_earnest(officers):
    sent(officers, order=first(officers, make_destination("s", **reach(Mode.EXERCISE)), mode=Mode.EXERCISE))

    assert standings() == []
    assert standings(mode=Mode.EXERCISE) == [Standing.IN_FORCE]


def test_each_channels_words_are_held_against_the_fingerprint_of_what_left(officers, plain, monkeypatch):
    edition = sent(officers, make_destination("a"))

    (copy,) = copies_of(READER, edition)
    assert copy.is_same is True
    assert "川の水が増えています" in copy.text
    assert copy.since == NIGHT

    monkeypatch.setattr(ObedientChannel, "prepare", changed(ObedientChannel.prepare))
    (copy,) = copies_of(READER, edition)
    assert copy.is_same is False


def changed(prepare):
    def other(self, edition, address):
        parcel = prepare(self, edition, address)
        return replace(parcel, body=parcel.body + b" ", preview=parcel.preview)

    return other


def test_who_may_not_read_gets_nothing(officers):
    edition = sent(officers, make_destination("a"))
    correction = sent(officers, order=following(edition, EditionKind.CANCEL))

    assert said_for(ANONYMOUS, Asked(), at=NIGHT) == []
    assert said_one(ANONYMOUS, edition.pk, at=NIGHT) is None
    assert copies_of(ANONYMOUS, edition) == []
    assert correction_of(ANONYMOUS, correction.pk) is None


def test_a_correction_shows_for_every_destination_what_was_wrong_there_and_when_it_was_right(officers):
    page, mail = make_destination("page", "tests.page"), make_destination("mail")
    edition = sent(officers, page, mail)
    correction = release.release(following(edition, EditionKind.CORRECTION, page, mail), at=NIGHT + 60 * SECOND)
    carry(NIGHT + 62 * SECOND, "tests.page")

    found = correction_of(READER, correction.pk)

    assert [(place.name, place.has_it, place.is_shown, place.seconds) for place in found.places] == [
        ("mail", False, False, None),
        ("page", True, True, 2.0),
    ]
    assert (found.waiting, found.within_goal, found.slowest, found.is_met) == (1, 1, None, False)
    assert found.places[1].wrong_at == NIGHT

    carry(NIGHT + 150 * SECOND)

    found = correction_of(READER, correction.pk)
    assert (found.waiting, found.within_goal, found.slowest, found.is_met) == (0, 1, 90.0, False)


def test_a_reader_who_confirms_it_later_makes_it_no_slower(officers):
    mail = make_destination("mail")
    edition = sent(officers, mail)
    correction = release.release(following(edition, EditionKind.CORRECTION, mail), at=NIGHT)
    carry(NIGHT + 3 * SECOND)

    confirm_seen(Delivery.objects.get(edition=correction).pk, says="見えました", at=NIGHT + 170 * SECOND)

    assert correction_of(READER, correction.pk).slowest == 3.0
    assert correction_of(READER, correction.pk).is_met


def test_who_never_got_the_wrong_one_is_not_among_them(officers):
    mail = make_destination("mail")
    edition = release.release(first(officers, mail), at=NIGHT)
    correction = sent(officers, order=following(edition, EditionKind.CORRECTION, mail))

    assert correction_of(READER, correction.pk).places == ()


def test_a_destination_that_refused_the_correction_is_still_waiting(officers):
    mail = make_destination("mail")
    edition = sent(officers, mail)
    correction = release.release(following(edition, EditionKind.CORRECTION, mail), at=NIGHT)
    carry(NIGHT + SECOND, outcome=Never("宛先がありません"))

    (place,) = correction_of(READER, correction.pk).places

    assert not place.has_it
    assert place.right_state == "failed"


def test_an_ordinary_update_is_no_correction(officers):
    mail = make_destination("mail")
    edition = sent(officers, mail)
    update = sent(officers, order=following(edition, EditionKind.UPDATE, mail))

    assert correction_of(READER, update.pk) is None


def test_the_board_says_what_to_answer_where_nothing_was_announced(officers):
    sent(officers, make_destination("a"))
    browser = staff_client("said.read")

    assert "避難指示" in browser.get("/desk/said/", {"words": "川の水"}).content.decode()
    assert "まだ何も発表していません" in browser.get("/desk/said/", {"words": "給水車"}).content.decode()


def test_the_pages_of_an_edition_and_of_a_correction_answer(officers):
    mail = make_destination("mail", name="記者クラブ")
    edition = sent(officers, mail)
    correction = sent(officers, order=following(edition, EditionKind.CORRECTION, mail))
    browser = staff_client("said.read")

    old = browser.get(f"/desk/said/editions/{edition.pk}/").content.decode()
    page = browser.get(f"/desk/said/corrections/{correction.pk}/").content.decode()

    assert "伝えないでください" in old
    assert "readonly" in old
    assert "記者クラブ" in page
    assert "60秒以内に伝わりました" in page
    assert browser.get(f"/desk/said/corrections/{edition.pk}/").status_code == 404
    assert browser.post(f"/desk/said/editions/{edition.pk}/").status_code == 405
