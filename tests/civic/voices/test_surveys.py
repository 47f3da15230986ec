import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.civic.voices.made import AT, answered, make_survey, sheet, token_of
from tests.sign_in import make_staff
from todoke.civic.voices.actions.answering import OTHERS, answer
from todoke.civic.voices.actions.inviting import invite, invite_by_mail
from todoke.civic.voices.actions.surveys import close, publish_results
from todoke.civic.voices.models import Invitation, NamedAnswer, Survey, UnlinkableAnswer
from todoke.civic.voices.queries.surveys import (
    answer_count,
    contact_of,
    cross_for,
    named_answers,
    opened,
    results_of,
    survey_for_token,
    surveys,
    surveys_for,
)
from todoke.civic.voices.refusals import (
    InvitationUsed,
    NoContacts,
    NotAsked,
    NotComplete,
    NotTheirs,
    StillAsked,
    TellsWhoAnswered,
    TooManyInvitations,
)
from todoke.civic.voices.rules.tables import Table
from todoke.civic.voices.shredding import SurveyShredder
from todoke.ground.audit.models import Entry
from todoke.ground.people import registry as people_registry
from todoke.ground.people.queries import viewer_for

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 21)
GOOD, BAD = sheet(how="good", again="yes"), sheet(how="bad", again="no", why=["wait"], text="暗い")


class Post:
    """Carries letters into a list."""

    key = "tests.post"

    def __init__(self):
        self.letters = []

    def trouble_with(self, address):
        return None if "@" in address else "no"

    def carry(self, letter, *, at):
        self.letters.append((letter, at))


@pytest.fixture
def post(monkeypatch):
    made = Post()
    monkeypatch.setattr(people_registry.carriers, "_items", {made.key: made})
    return made


def fresh(survey):
    return surveys().get(pk=survey.pk)


# One answer each


def test_an_invitation_is_good_for_one_answer(invited, clerk):
    [token] = answered(invited, clerk, GOOD)

    with pytest.raises(InvitationUsed):
        answer(invited, BAD, token=token, at=AT)
    with pytest.raises(InvitationUsed):
        survey_for_token(token, TODAY)
    assert answer_count(invited) == 1


def test_a_link_that_is_none_of_ours_opens_nothing(invited):
    with pytest.raises(InvitationUsed):
        survey_for_token("0" * 40, TODAY)
    with pytest.raises(InvitationUsed):
        answer(invited, GOOD, token="0" * 40, at=AT)
    with pytest.raises(InvitationUsed):
        answer(invited, GOOD, at=AT)


def test_a_link_to_another_survey_does_not_answer_this_one(invited, clerk):
    other = make_survey("invited", "unlinkable", key="other")
    [link] = invite(other, 1, viewer=clerk)

    with pytest.raises(InvitationUsed):
        answer(invited, GOOD, token=token_of(link), at=AT)
    assert Invitation.objects.filter(used_on__isnull=False).count() == 0


def test_what_is_incomplete_leaves_the_invitation_good(invited, clerk):
    [link] = invite(invited, 1, viewer=clerk)

    with pytest.raises(NotComplete):
        answer(invited, sheet(again="yes"), token=token_of(link), at=AT)

    answer(invited, GOOD, token=token_of(link), at=AT)
    assert Invitation.objects.get().used_on == TODAY


def test_the_database_refuses_to_use_an_invitation_again(invited, clerk):
    answered(invited, clerk, GOOD)

    with pytest.raises(DatabaseError, match="good for one answer"), transaction.atomic():
        Invitation.objects.update(used_on=None)


def test_the_database_refuses_more_answers_than_used_invitations(invited, clerk):
    answered(invited, clerk, GOOD)
    invite(invited, 5, viewer=clerk)

    with pytest.raises(DatabaseError, match="more answers"), transaction.atomic():
        UnlinkableAnswer.objects.create(survey=invited, sealed=b"x")


def test_a_survey_takes_answers_from_its_first_day_to_its_last_in_japan(for_all):
    midnight_before = AT.replace(month=10, day=31, hour=14, minute=59)
    last_minute = AT.replace(day=30, hour=14, minute=59)

    with pytest.raises(NotAsked):
        answer(for_all, GOOD, at=midnight_before)
    answer(for_all, GOOD, at=midnight_before + timedelta(minutes=1))
    answer(for_all, GOOD, at=last_minute)
    with pytest.raises(NotAsked):
        answer(for_all, GOOD, at=last_minute + timedelta(minutes=1))

    assert answer_count(for_all) == 2


def test_what_is_hidden_is_not_kept(for_all):
    answer(for_all, sheet(how="good", why=["wait"]), at=AT)

    told = opened(for_all, UnlinkableAnswer.objects.get().sealed)
    assert told.values == {"how": "good"}
    assert "why" not in told.asked


# Inviting


def test_links_are_shown_once_and_kept_as_hashes(invited, clerk):
    links = invite(invited, 3, viewer=clerk)

    tokens = [token_of(link) for link in links]
    assert len(set(tokens)) == 3
    assert all(link.endswith(f"/surveys/invited/{token}/") for link, token in zip(links, tokens, strict=True))
    kept = b"".join(bytes(each) for each in Invitation.objects.values_list("token_hash", flat=True))
    assert not any(token.encode() in kept or bytes.fromhex(token) in kept for token in tokens)
    assert Entry.objects.filter(what="voices.invited").count() == 1


@pytest.mark.parametrize("count", [0, 10_001])
def test_none_or_too_many_links_are_refused(invited, clerk, count):
    with pytest.raises(TooManyInvitations):
        invite(invited, count, viewer=clerk)


def test_only_the_surveys_own_section_invites(invited):
    stranger = viewer_for(make_staff(["voices.read", "voices.manage"], section="koho"), AT.date())
    reader = viewer_for(make_staff(["voices.read"]), AT.date())

    for viewer in (stranger, reader):
        with pytest.raises(NotTheirs):
            invite(invited, 1, viewer=viewer)
        with pytest.raises(NotTheirs):
            close(invited.key, viewer=viewer, at=AT)
    assert list(surveys_for(stranger)) == []
    assert list(surveys_for(reader)) == [invited]


def test_a_mail_to_an_unlinkable_survey_is_sent_and_forgotten(invited, clerk, post):
    invite_by_mail(invited, "hana@example.jp", language="en", viewer=clerk, at=AT)

    [(letter, _at)] = post.letters
    assert (letter.address, letter.language, letter.title) == ("hana@example.jp", "en", "At the counter")
    token = token_of(letter.body.strip())
    assert survey_for_token(token, TODAY) == invited
    assert letter.expires_at.isoformat() == "2026-12-01T00:00:00+09:00"
    assert token not in letter.key
    assert Invitation.objects.get().contact is None


def test_a_mail_to_a_named_survey_keeps_its_address_sealed(named, clerk, post):
    invite_by_mail(named, "hana@example.jp", language="ja", viewer=clerk, at=AT)

    held = Invitation.objects.get()
    assert b"hana" not in bytes(held.contact)
    answer(named, GOOD, token=token_of(post.letters[0][0].body.strip()), at=AT)
    [one] = named_answers(named)
    assert contact_of(named, one.invitation) == "hana@example.jp"
    assert one.answered_on == TODAY


def test_an_address_that_cannot_be_is_refused(invited, clerk, post):
    with pytest.raises(NoContacts):
        invite_by_mail(invited, "hana", language="ja", viewer=clerk, at=AT)
    assert not Invitation.objects.exists()


def test_the_database_refuses_a_contact_in_an_unlinkable_survey(invited):
    with pytest.raises(DatabaseError, match="knows nobody"), transaction.atomic():
        Invitation.objects.create(survey=invited, token_hash=b"1" * 16, contact=b"x")


# Named and unlinkable


def test_a_named_survey_may_ask_for_a_name_and_an_unlinkable_one_may_not(three_years, clerk):
    name = {"key": "who", "kind": "paperwork.person-name", "label": {"ja": "氏名", "en": "Name", "ja-easy": "なまえ"}}

    make_survey("open", "named", key="a", questions=[name])
    with pytest.raises(TellsWhoAnswered) as refused:
        make_survey("open", "unlinkable", key="b", questions=[name])

    assert refused.value.keys == ("who",)
    assert "who" in str(refused.value)


@pytest.mark.parametrize(("field", "value"), [("anonymity", "named"), ("mode", "open")])
def test_the_promise_of_a_survey_cannot_be_changed(invited, field, value):
    with pytest.raises(DatabaseError, match="as it was made"), transaction.atomic():
        Survey.objects.filter(pk=invited.pk).update(**{field: value})


def test_an_answer_cannot_lie_in_the_wrong_box(named, for_all_too, clerk):
    with pytest.raises(DatabaseError, match="takes no unlinkable"), transaction.atomic():
        UnlinkableAnswer.objects.create(survey=named, sealed=b"x")
    with pytest.raises(DatabaseError, match="takes no named"), transaction.atomic():
        NamedAnswer.objects.create(survey=for_all_too, answered_on=TODAY, sealed=b"x")
    with pytest.raises(DatabaseError, match="needs an invitation"), transaction.atomic():
        NamedAnswer.objects.create(survey=named, answered_on=TODAY, sealed=b"x")


@pytest.fixture
def for_all_too(three_years, clerk):
    return make_survey("open", "unlinkable", key="for-all")


def test_a_named_answer_stands_on_a_used_invitation_of_its_survey(named, clerk):
    invite(named, 1, viewer=clerk)

    with pytest.raises(DatabaseError, match="not used"), transaction.atomic():
        NamedAnswer.objects.create(survey=named, answered_on=TODAY, sealed=b"x", invitation=Invitation.objects.get())


def test_no_answer_is_changed(named, for_all_too, clerk):
    answered(named, clerk, GOOD)
    answer(for_all_too, GOOD, at=AT)

    for model in (NamedAnswer, UnlinkableAnswer):
        with pytest.raises(DatabaseError, match="not changed"), transaction.atomic():
            model.objects.update(sealed=b"y")


# The end, and the results


def test_results_wait_for_the_end(invited, clerk):
    answered(invited, clerk, *[GOOD] * 6)

    with pytest.raises(StillAsked):
        results_of(invited)
    with pytest.raises(StillAsked):
        cross_for(invited, "how", "again")
    with pytest.raises(StillAsked):
        publish_results(invited.key, viewer=clerk, at=AT)


def test_the_end_is_the_end(invited, clerk):
    [link] = invite(invited, 1, viewer=clerk)
    close(invited.key, viewer=clerk, at=AT)
    close(invited.key, viewer=clerk, at=AT + timedelta(days=1))

    held = fresh(invited)
    assert held.closed_on == TODAY
    assert held.custody.closed_on == TODAY
    with pytest.raises(NotAsked):
        answer(held, GOOD, token=token_of(link), at=AT)
    with pytest.raises(NotAsked):
        survey_for_token(token_of(link), TODAY)
    with pytest.raises(NotAsked):
        invite(held, 1, viewer=clerk)
    with pytest.raises(DatabaseError, match="takes no unlinkable"), transaction.atomic():
        UnlinkableAnswer.objects.create(survey=held, sealed=b"x")
    with pytest.raises(DatabaseError, match="not opened again"), transaction.atomic():
        Survey.objects.filter(pk=held.pk).update(closed_on=None)


def test_the_tables_count_everybody_who_was_asked(invited, clerk):
    answered(invited, clerk, *[GOOD] * 9, *[BAD] * 7, *[sheet(how="good")] * 5)
    close(invited.key, viewer=clerk, at=AT)

    results = results_of(fresh(invited))

    how, again, why, text = results.tables
    assert results.count == 21
    assert [(line.key, line.count, line.share) for line in how.lines] == [
        ("good", 14, "66.7"),
        ("bad", 7, "33.3"),
        ("_none", 0, "0.0"),
    ]
    assert [(line.key, line.count, line.share) for line in again.lines] == [
        ("yes", 9, "42.9"),
        ("no", 7, "33.3"),
        ("_none", 5, "23.8"),
    ]
    # Only those who said “bad” were asked: 7 is the base.
    assert (why.asked, [(line.key, line.count, line.share) for line in why.lines]) == (
        7,
        [("wait", 7, "100.0"), ("forms", 0, "0.0"), ("_none", 0, "0.0")],
    )
    assert (text.kind, [line.count for line in text.lines]) == ("text", [7, 14])
    assert [texts for _label, texts in results.texts] == [["暗い"] * 7]


def test_a_question_hides_itself_where_the_one_before_hides_something(invited, clerk):
    answered(invited, clerk, *[GOOD] * 9, *[BAD] * 3)
    close(invited.key, viewer=clerk, at=AT)

    how, _again, why, text = results_of(fresh(invited)).tables

    assert [line.count for line in how.lines] == [None, None, 0]
    assert why.asked is None
    assert [line.count for line in why.lines] == [None, None, None]
    # Three have written: too few to show the words.
    assert [line.count for line in text.lines] == [None, None]
    assert results_of(fresh(invited)).texts[0][1] == []


def test_fewer_than_five_answers_show_nothing(invited, clerk):
    answered(invited, clerk, *[GOOD] * 4)
    close(invited.key, viewer=clerk, at=AT)

    assert {table.asked for table in results_of(fresh(invited)).tables} == {None}
    cross = cross_for(fresh(invited), "how", "again")
    assert cross.asked is None
    assert {cell for row in cross.cells for cell in row} == {None}


def test_a_cross_table_shows_what_its_tables_show(invited, clerk):
    answered(invited, clerk, *[GOOD] * 9, *[BAD] * 7, *[sheet(how="bad", again="yes")] * 6)
    close(invited.key, viewer=clerk, at=AT)

    cross = cross_for(fresh(invited), "how", "again")

    assert cross.cells == ((9, 0, 0), (6, 7, 0), (0, 0, 0))
    assert (cross.row_sums, cross.column_sums, cross.asked) == ((9, 13, 0), (15, 7, 0), 22)
    assert cross_for(fresh(invited), "how", "how") is None
    assert cross_for(fresh(invited), "how", "why") is None


def test_published_results_stay_when_the_answers_go(invited, clerk):
    answered(invited, clerk, *[GOOD] * 9, *[BAD] * 7)
    close(invited.key, viewer=clerk, at=AT)
    publish_results(invited.key, viewer=clerk, at=AT)
    publish_results(invited.key, viewer=clerk, at=AT + timedelta(days=2))

    shredder = SurveyShredder()
    gone = shredder.shred("voices.survey", invited.key)

    held = fresh(invited)
    tables = [Table.of_json(each) for each in held.results["tables"]]
    assert held.published_on == TODAY
    assert (held.results["count"], [line.count for line in tables[0].lines]) == (16, [9, 7, 0])
    assert "暗い" not in str(held.results)
    assert {each.model: len(each.ids) for each in gone} == {"voices.UnlinkableAnswer": 16, "voices.Invitation": 16}
    assert (answer_count(held), Invitation.objects.count()) == (0, 0)
    assert shredder.shred("voices.survey", invited.key) == []
    assert ("voices.survey", "counter") in shredder.targets("voices.survey", "counter")
    with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
        Survey.objects.filter(pk=held.pk).update(results={})


def test_named_answers_die_before_their_invitations(named, clerk):
    answered(named, clerk, GOOD)

    gone = SurveyShredder().shred("voices.survey", named.key)

    assert [each.model for each in gone] == ["voices.NamedAnswer", "voices.Invitation"]
    with pytest.raises(NotAsked):
        answer(fresh(named), GOOD, token="0" * 40, at=AT)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"closes_on": date(2026, 10, 1)}, "survey_opens_before_it_closes"),
        ({"after_closing": True}, "survey_after_a_case_is_by_invitation_and_unlinkable"),
        ({"published_on": TODAY}, "survey_results_are_published_after_its_end"),
        ({"published_on": TODAY, "results": {}}, "survey_results_are_published_after_its_end"),
    ],
)
def test_the_database_refuses_a_survey_that_cannot_be(for_all, changes, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Survey.objects.filter(pk=for_all.pk).update(**changes)


# Mixing


def marks():
    """The number of the transaction of each row, as the database keeps it for itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, id FROM voices_unlinkableanswer")
        return {uuid.UUID(str(key)): xmin for xmin, key in cursor.fetchall()}


def test_a_new_answer_takes_others_along_into_its_transaction(for_all):
    for _each in range(3):
        answer(for_all, GOOD, at=AT)
    before = set(marks())

    answer(for_all, BAD, at=AT)

    assert not before & set(marks()), "the others have new numbers, too"
    assert OTHERS >= 50
    texts = sorted(opened(for_all, row.sealed).values["how"] for row in UnlinkableAnswer.objects.all())
    assert texts == ["bad", "good", "good", "good"]
