"""A survey that follows a case: the invitation comes with the case's letters, and nothing goes back."""

import pytest

from tests.civic.voices.made import AT, make_survey, sheet, token_of
from tests.shared.casework.flows import Answers, case
from tests.shared.casework.flows import clerk as case_clerk
from todoke.base.events import announce
from todoke.civic.voices.actions.answering import answer
from todoke.civic.voices.actions.inviting import invite_case
from todoke.civic.voices.actions.surveys import close
from todoke.civic.voices.models import Invitation
from todoke.civic.voices.queries.surveys import survey_for_token
from todoke.shared.casework import registry
from todoke.shared.casework.actions.letters import write_from_house
from todoke.shared.casework.actions.refusals import LetterIsEmpty, NoSuchCase
from todoke.shared.casework.events import CaseClosed
from todoke.shared.casework.models import Letter
from todoke.shared.casework.private import show

pytestmark = pytest.mark.django_db
LETTER = {"ja": "手続きが終わりました。", "en": "Your procedure has ended.", "ja-easy": "おわりました。"}


@pytest.fixture(autouse=True)
def subject(monkeypatch):
    made = Answers()
    monkeypatch.setitem(registry.subjects._items, made.key, made)


@pytest.fixture
def officer(db):
    return case_clerk()


@pytest.fixture
def after_a_case(three_years, clerk):
    return make_survey("invited", "unlinkable", after_closing=True, letter=LETTER)


def test_the_end_of_a_case_brings_one_invitation_in_every_language(after_a_case, officer):
    held = case(resident_id=7)

    assert invite_case(held.pk, at=AT) == 1
    assert invite_case(held.pk, at=AT) == 0

    letter = Letter.objects.get()
    text = show(held, letter.body)
    assert not letter.is_from_resident
    assert all(said in text for said in LETTER.values())
    assert survey_for_token(token_of(text), AT.date()) == after_a_case
    assert held.events.order_by("-seq").first().by == "voices"
    assert Invitation.objects.count() == 1


def test_the_news_is_heard(after_a_case, officer, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr("todoke.civic.voices.plugs.now", lambda: AT)
    held = case(resident_id=7)

    with django_capture_on_commit_callbacks(execute=True):
        announce(CaseClosed(held.pk, "granted"))

    assert Letter.objects.count() == 1


def test_answering_changes_nothing_in_the_case(after_a_case, officer):
    held = case(resident_id=7)
    invite_case(held.pk, at=AT)
    held.refresh_from_db()
    before = (held.seq, held.revision, held.events.count())

    answer(after_a_case, sheet(how="good"), token=token_of(show(held, Letter.objects.get().body)), at=AT)

    held.refresh_from_db()
    assert (held.seq, held.revision, held.events.count()) == before


def test_nobody_is_invited_who_could_not_read_it(after_a_case, officer):
    assert invite_case(case().pk, at=AT) == 0
    assert invite_case(10**6, at=AT) == 0
    assert not Invitation.objects.exists()


def test_other_flows_ended_surveys_and_surveys_of_their_own_do_not_follow_a_case(three_years, clerk, officer):
    make_survey("invited", "unlinkable", key="other-flow", after_closing=True, letter=LETTER, flows=["no-such-flow"])
    make_survey("invited", "unlinkable", key="own")
    make_survey("invited", "unlinkable", key="ended", after_closing=True, letter=LETTER)
    close("ended", viewer=clerk, at=AT)

    assert invite_case(case(resident_id=7).pk, at=AT) == 0


def test_a_survey_that_names_the_flow_follows_its_cases(three_years, clerk, officer):
    held = case(resident_id=7)
    make_survey("invited", "unlinkable", after_closing=True, letter=LETTER, flows=[held.flow_version.flow.key])

    assert invite_case(held.pk, at=AT) == 1


def test_the_house_writes_no_empty_letter_and_to_no_case_that_is_not_there(officer):
    held = case(resident_id=7)
    once = "3f0c2f0e-3a52-4d5e-9a2c-0b6f1f6c9d11"

    with pytest.raises(LetterIsEmpty):
        write_from_house(held.pk, "  ", by="tests", once=once, at=AT)
    with pytest.raises(NoSuchCase):
        write_from_house(10**6, "x", by="tests", once=once, at=AT)
