"""Who may post on an account, asked at the release of an edition."""

from dataclasses import replace
from datetime import date

import pytest

from tests.shared.messaging import ledger
from tests.shared.messaging.editions import content
from tests.shared.social.city import make_account, make_place, make_section
from tests.sign_in import make_staff
from todoke.base.registry import Registry
from todoke.ground.people.models import Post, Posting
from todoke.shared.messaging.actions import release
from todoke.shared.messaging.actions.release import NotTheirPlace
from todoke.shared.messaging.models import Edition
from todoke.shared.messaging.registry import MessageKind
from todoke.shared.messaging.types import EditionKind, Mode, Reach
from todoke.shared.social.posters import PosterGate

pytestmark = pytest.mark.django_db
ORDINARY = MessageKind("tests.notice", "お知らせ", "normal")


@pytest.fixture
def city(monkeypatch):
    """A ledger with an alert and a notice, and the register as its only gate."""
    ledger.make_city()
    kinds, artefacts, gates = Registry("tests.kinds"), Registry("tests.artefacts"), Registry("tests.gates")
    for kind in (ledger.KIND, ORDINARY):
        kinds.register(kind)
    gates.register(PosterGate())
    for name, registry in (("kinds", kinds), ("artefacts", artefacts), ("gates", gates)):
        monkeypatch.setattr(release, name, registry)


def order(place, writer, approver, *, kind=ORDINARY, **changed):
    return replace(ledger.first((writer, approver), place), message_kind=kind.key, **changed)


def put_out(*values, **named) -> Edition:
    return release.release(order(*values, **named), at=ledger.NIGHT)


def strangers():
    return make_staff(section="zeimu"), make_staff(section="zeimu")


def test_two_people_of_another_section_are_refused_with_account_section_and_what_to_do(city):
    make_account()

    with pytest.raises(NotTheirPlace) as refused:
        put_out(make_place(), *strangers())

    said = str(refused.value)
    assert "「青葉市 防災」（X @aoba_bosai）に投稿できるのは、広報課の人だけです。" in said
    assert "その課の人に承認を頼むか、この送り先を外してください。" in said
    assert not Edition.objects.exists()


@pytest.mark.parametrize("role", ["writer", "approver"])
def test_one_of_the_two_from_the_accounts_section_is_enough(city, role):
    make_account()
    stranger, own = make_staff(section="zeimu"), make_staff(section="koho")

    pair = (own, stranger) if role == "writer" else (stranger, own)

    assert put_out(make_place(), *pair).pk


def test_where_the_account_names_posts_the_section_alone_is_not_enough(city):
    account = make_account()
    chief = Post.objects.create(key="kacho", name="課長", rank=10)
    account.poster_posts.set([chief])
    stranger, own = make_staff(section="zeimu"), make_staff(section="koho")

    with pytest.raises(NotTheirPlace, match="広報課の課長だけです"):
        put_out(make_place(), stranger, own)
    Posting.objects.filter(staff__account=own).update(post=chief)

    assert put_out(make_place("x-2"), stranger, own).pk


def test_a_posting_that_has_ended_opens_no_account(city):
    make_account()
    stranger, own = make_staff(section="zeimu"), make_staff(section="koho")
    Posting.objects.filter(staff__account=own).update(end_date=date(2026, 3, 31))

    with pytest.raises(NotTheirPlace):
        put_out(make_place(), stranger, own)


def test_an_account_outside_the_register_or_closed_speaks_for_nobody(city):
    make_section()
    make_account(closed_date=date(2026, 4, 1))
    own = make_staff(section="koho"), make_staff(section="koho")

    with pytest.raises(NotTheirPlace, match="台帳にないか、閉鎖されています"):
        put_out(make_place(), *own)
    with pytest.raises(NotTheirPlace, match="別のX"):
        put_out(make_place("other", name="別のX", address="@somebody"), *own)


@pytest.mark.parametrize(("level", "may_go"), [(5, True), (3, True), (None, True), (2, False), (1, False)])
def test_what_lives_depend_on_is_never_held_up_and_a_note_of_the_weather_is(city, level, may_go):
    make_account()
    said = content(level=level)

    if may_go:
        assert put_out(make_place(), *strangers(), kind=ledger.KIND, content=said).pk
    else:
        with pytest.raises(NotTheirPlace):
            put_out(make_place(), *strangers(), kind=ledger.KIND, content=said)


def test_with_the_glass_broken_one_stranger_speaks_on_every_account(city):
    make_account()
    writer, _other = strangers()

    edition = put_out(make_place(), writer, None, kind=ledger.KIND, content=content(level=2), break_glass=True)

    assert edition.pk


def test_a_correction_is_never_held_up(city):
    make_account()
    own, stranger = make_staff(section="koho"), make_staff(section="zeimu")
    place = make_place()
    first = put_out(place, own, stranger)

    again = release.release(
        replace(
            ledger.following(first, EditionKind.CORRECTION, place),
            **dict(zip(("author", "approver"), strangers(), strict=True)),
        ),
        at=ledger.NIGHT,
    )

    assert again.number == 2


def test_a_drill_asks_nobody_and_a_place_that_is_no_account_neither(city):
    twin = make_place("drill", address="simulator:@aoba_bosai", reach=Reach.SIMULATOR)
    mail = make_place("mail", channel="messaging.mail", address="news@paper.example.jp")

    assert put_out(twin, *strangers(), mode=Mode.EXERCISE).pk
    assert put_out(mail, *strangers()).pk
