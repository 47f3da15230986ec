"""What is due when a child has reached an age: two people's word, once for each month of birth."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.cities import SAMPLE_CITY
from tests.shared.messaging.ledger import make_city, make_destination, make_officers
from tests.shared.subscriptions.people import make_subscriber
from tests.sign_in import make_staff, sign_in
from todoke.ground.places.registry import LoadReport
from todoke.shared.messaging.models import Edition, Message
from todoke.shared.subscriptions.actions import milestones
from todoke.shared.subscriptions.actions.milestones import ApproverIsProposer, WordsHaveChanged, release_due
from todoke.shared.subscriptions.audience import BIRTH_MONTH, KEY
from todoke.shared.subscriptions.city import MilestonesPart, TopicsPart
from todoke.shared.subscriptions.models import Child, Milestone, Topic

MORNING = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)  # half past nine in Japan
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas", "topics")]


@pytest.fixture
def officers(db):
    make_city()
    make_destination("subscribers", "messaging.mail-each", address=KEY)
    return make_officers()


@pytest.fixture
def milestone(officers) -> Milestone:
    return load(SAMPLE_CITY).get(key="check-4m")


@pytest.fixture
def approved(milestone, officers) -> Milestone:
    milestones.propose(milestone.pk, digest=milestone.digest, by=officers[0])
    milestones.approve(milestone.pk, digest=milestone.digest, by=officers[1])
    return milestone


@pytest.fixture
def child(areas, topics) -> Child:
    del areas, topics
    return Child.objects.create(contact=make_subscriber([("hill", ["gomi"])]), birth_month=date(2026, 7, 1))


def load(folder: Path):
    report = LoadReport(folder)
    MilestonesPart().load(folder, report)
    assert [str(fault) for fault in report.faults] == []
    return Milestone.objects


@pytest.mark.usefixtures("approved", "child")
def test_what_is_due_is_sent_once_for_its_month_whoever_asks_and_how_often():
    sent = [release_due(at=MORNING + timedelta(hours=hour)) for hour in range(4)]

    assert sent == [1, 0, 0, 0]
    edition = Edition.objects.get()
    assert edition.message.origin == "subscriptions.milestone:check-4m:2026-07"
    assert edition.content["facts"] == {BIRTH_MONTH: "2026-07"}
    assert edition.content["page"] == "/subscriptions/"
    assert {wording["language"] for wording in edition.content["wordings"]} == {"ja", "ja-easy", "en"}


@pytest.mark.usefixtures("approved", "child")
def test_nothing_is_sent_in_another_month_or_in_the_night():
    assert release_due(at=MORNING - timedelta(hours=1)) == 0
    assert release_due(at=datetime(2026, 10, 31, 6, tzinfo=UTC)) == 0
    assert release_due(at=datetime(2026, 12, 1, 6, tzinfo=UTC)) == 0


@pytest.mark.usefixtures("approved")
def test_a_month_without_a_child_is_not_sent():
    assert release_due(at=MORNING) == 0
    assert Message.objects.count() == 0


@pytest.mark.usefixtures("child")
def test_words_without_two_people_are_not_sent(milestone, officers):
    milestones.propose(milestone.pk, digest=milestone.digest, by=officers[0])

    with pytest.raises(ApproverIsProposer):
        milestones.approve(milestone.pk, digest=milestone.digest, by=officers[0])

    assert release_due(at=MORNING) == 0


@pytest.mark.usefixtures("child")
def test_changed_words_need_two_people_again(approved, tmp_path, officers):
    text = (SAMPLE_CITY / "milestones.toml").read_text(encoding="utf-8")
    (tmp_path / "milestones.toml").write_text(text.replace("首のすわり", "首の すわり"), encoding="utf-8")
    load(tmp_path)

    assert release_due(at=MORNING) == 0
    with pytest.raises(WordsHaveChanged):
        milestones.approve(approved.pk, digest=approved.digest, by=officers[1])


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('[[milestones]]\nkey = "x"\nmonths = 900\n', "0から200まで"),
        ('[[milestones]]\nkey = "X Y"\nmonths = 1\n', "半角の英小文字"),
        ('[[milestones]]\nkey = "x"\nmonths = 1\nja.title = "題"\n', "この言語の文がありません"),
        ("milestones = 3\n", "[[milestones]]"),
    ],
)
def test_a_fault_in_the_file_has_its_line_and_remedy(tmp_path, toml, words):
    (tmp_path / "milestones.toml").write_text(toml, encoding="utf-8")
    report = LoadReport(tmp_path)

    MilestonesPart().load(tmp_path, report)

    assert any(words in fault.text and fault.place.line for fault in report.faults)


def test_two_people_approve_on_the_page(milestone):
    first, second = (sign_in(client, make_staff(["subscriptions.milestones"])) for client in (Client(), Client()))
    page = "/desk/subscriptions/milestones/"

    first.post(f"{page}{milestone.pk}/propose/", {"digest": milestone.digest})
    alone = first.post(f"{page}{milestone.pk}/approve/", {"digest": milestone.digest})
    second.post(f"{page}{milestone.pk}/approve/", {"digest": milestone.digest})

    milestone.refresh_from_db()
    assert alone.status_code == 409
    assert "自分で承認できません" in alone.content.decode()
    assert milestone.is_approved
    assert "承認済み" in second.get(page).content.decode()


def test_the_sample_city_offers_eight_topics_and_loads_twice_the_same():
    Topic.objects.all().delete()
    reports = [LoadReport(SAMPLE_CITY), LoadReport(SAMPLE_CITY)]

    for report in reports:
        TopicsPart().load(SAMPLE_CITY, report)

    assert [str(fault) for fault in reports[0].faults] == []
    assert Topic.objects.filter(is_active=True).count() == 8
    assert reports[1].changes() == 0


def test_a_topic_taken_out_of_the_file_is_no_longer_offered(tmp_path, topics):
    text = '[[topics]]\nkey = "gomi"\n' + "".join(
        f'{name} = "x"\n' for name in ("name", "name_easy", "name_en", "gets", "gets_easy", "gets_en")
    )
    (tmp_path / "topics.toml").write_text(text, encoding="utf-8")

    TopicsPart().load(tmp_path, LoadReport(tmp_path))

    assert list(Topic.objects.filter(is_active=True).values_list("key", flat=True)) == ["gomi"]
    assert Topic.objects.count() == len(topics)
