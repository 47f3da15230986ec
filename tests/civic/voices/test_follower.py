"""What goes on by itself: one theme or voice that cannot go keeps back no other."""

import pytest

from tests.civic.voices.town import decided, handed_on, written
from todoke.base.rounds.errands import errands
from todoke.base.rounds.models import Stuck
from todoke.civic.voices import follower
from todoke.civic.voices.actions import following
from todoke.civic.voices.models import Theme, Voice

pytestmark = pytest.mark.usefixtures("town", "db")


@pytest.fixture
def three() -> list[Theme]:
    """Three themes that have been decided."""
    themes = [written(*handed_on(body)) for body in ("公園の水", "道の穴", "本の数")]
    for theme in themes:
        decided(theme)
    return themes


def test_a_theme_that_cannot_be_answered_keeps_back_no_other(three, monkeypatch):
    follow = following.follow

    def explode(theme, *, at):
        follow(theme, at=at)
        if theme.pk == three[1].pk:
            raise RuntimeError("planted")
        return True

    monkeypatch.setattr(follower.following, "follow", explode)

    follower.FOLLOWER.step()

    assert list(Theme.objects.exclude(state=Theme.State.ANSWERED)) == [three[1]]
    stuck = Stuck.objects.get()
    assert errands[stuck.errand].page(stuck.row) == f"/desk/voices/themes/{three[1].key}/"


def test_a_voice_that_cannot_be_settled_keeps_back_no_other(three, monkeypatch):
    settle, bad = following.settle, three[1].voices.get()

    def explode(voice, *, at):
        settle(voice, at=at)
        if voice.pk == bad.pk:
            raise RuntimeError("planted")
        return True

    monkeypatch.setattr(follower.following, "settle", explode)

    assert follower.FOLLOWER.step() == 5

    assert list(Voice.objects.filter(settled_at__isnull=True, case__closed_on__isnull=False)) == [bad]
    stuck = Stuck.objects.get()
    assert errands[stuck.errand].page(stuck.row) == f"/desk/voices/{bad.case.key}/"
