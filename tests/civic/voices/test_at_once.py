"""Two people, or two windows, in the same moment."""

import threading

import pytest
from django.db import connections

from tests.civic.voices.made import AT, sheet, token_of
from todoke.civic.voices.actions.answering import answer
from todoke.civic.voices.actions.inviting import invite
from todoke.civic.voices.actions.surveys import close
from todoke.civic.voices.models import Invitation, UnlinkableAnswer
from todoke.civic.voices.queries.surveys import opened, surveys
from todoke.civic.voices.refusals import InvitationUsed, NotAsked

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run all of them at the same time; what each came to, an exception or None."""
    gate = threading.Barrier(len(acts))
    came = [None] * len(acts)

    def run(place, act):
        try:
            gate.wait()
            act()
        except Exception as trouble:
            came[place] = trouble
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return came


def sending(survey, token, **said):
    return lambda: answer(surveys().get(pk=survey.pk), sheet(**said), token=token, at=AT)


def test_one_link_in_four_windows_is_one_answer(invited, clerk):
    [link] = invite(invited, 1, viewer=clerk)

    came = at_once(*[sending(invited, token_of(link), how="good") for _each in range(4)])

    assert [type(each) for each in came if each] == [InvitationUsed] * 3
    assert UnlinkableAnswer.objects.count() == 1


def test_many_at_once_are_all_kept_while_they_are_mixed(invited, clerk):
    tokens = [token_of(link) for link in invite(invited, 6, viewer=clerk)]

    came = at_once(*[sending(invited, token, how="good", text=token[:6]) for token in tokens])

    assert came == [None] * 6
    kept = {opened(invited, each.sealed).values["text"] for each in UnlinkableAnswer.objects.all()}
    assert kept == {token[:6] for token in tokens}


def test_an_answer_at_the_moment_of_the_end_is_kept_or_refused_and_never_lost(invited, clerk):
    tokens = [token_of(link) for link in invite(invited, 4, viewer=clerk)]

    came = at_once(
        *[sending(invited, token, how="good") for token in tokens],
        lambda: close(invited.key, viewer=clerk, at=AT),
    )

    assert all(each is None or isinstance(each, NotAsked) for each in came), came
    kept = came[:4].count(None)
    assert UnlinkableAnswer.objects.count() == kept
    assert Invitation.objects.filter(used_on__isnull=False).count() == kept
