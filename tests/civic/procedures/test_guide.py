"""The guide: what a city folder may say, what comes of answers, who may see them, and what is carried into a form."""

from datetime import date, timedelta
from json import loads

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests.civic.procedures.conftest import RIGHTS
from tests.civic.procedures.guides import GUIDE, load_guide, the_topic
from tests.sign_in import make_staff, resident_client, sign_in
from todoke.base.clock import in_japan, now
from todoke.base.formulas import Circumstances
from todoke.civic.procedures.actions.filing import Filer, begin
from todoke.civic.procedures.actions.guiding import begin_answers, start_filing
from todoke.civic.procedures.advising import advise
from todoke.civic.procedures.models import Filing, GuideOffice
from todoke.civic.procedures.views.advice import section_words
from todoke.ground.audit.models import Entry
from todoke.ground.looks.models import Look
from todoke.ground.people.models import Section
from todoke.ground.people.rules import ANONYMOUS, Level
from todoke.shared.paperwork.actions.responses import Posted, take
from todoke.shared.paperwork.actions.resuming import give_code
from todoke.shared.paperwork.document import canonical
from todoke.shared.paperwork.models import Response, Secret
from todoke.shared.paperwork.queries import filled
from todoke.shared.paperwork.rules import mark_of
from todoke.shared.paperwork.shredding import ResponseShredder

GONE, OK = 404, 200
DAY = date(2027, 5, 10)
BOXES = {"era": ["西暦"], "year": ["2027"], "month": ["5"], "day": ["10"]}
TYPED = {"stall": {"": ["yes"]}, "day": BOXES, "size": {"": ["6"]}}


@pytest.fixture(autouse=True)
def calm(db):
    cache.clear()


@pytest.fixture
def topic(version, tmp_path):
    report = load_guide(tmp_path)
    assert not report.faults, [str(fault) for fault in report.faults]
    return the_topic()


def posted(**changes):
    """A page of answers as a browser posts it."""
    boxes = {f"day:{part}": words[0] for part, words in BOXES.items()}
    marks = {f"shown@{key}": mark_of({}) for key in TYPED}
    return {"stall": "yes", "size": "6", "next": "1", **boxes, **marks, **changes}


@pytest.fixture
def holder(topic):
    """The browser of somebody who has answered every question."""
    client = Client()
    asked = client.post(reverse("procedures-public:guide-event", args=["fair"])).headers["Location"]
    assert client.post(asked, posted()).status_code == 302
    return client


def advice_of(answers):
    return reverse("procedures-public:advice", args=[answers.key])


def text(answer):
    return answer.content.decode()


def answered(topic, typed=TYPED):
    response = begin_answers(topic, at=now(), language="ja")
    take(response, Posted(typed), at=now())
    return filled(response.key)


# What a city may write


def test_a_guide_is_loaded_once_and_again_without_a_change(version, tmp_path):
    first, again = load_guide(tmp_path), load_guide(tmp_path)

    assert first.changes() == 2
    assert again.changes() == 0
    assert the_topic().event.name.say("en") == "At the fair"
    assert GuideOffice.objects.get().hours["en"] == "Weekdays from 8:30"


def test_an_event_that_is_gone_from_the_file_is_not_offered_any_more(topic, tmp_path, client):
    load_guide(tmp_path, GUIDE[: GUIDE.index("[[events]]")])

    assert not the_topic().is_offered
    assert client.get(reverse("procedures-public:guide-event", args=["fair"])).status_code == GONE


@pytest.mark.parametrize(
    ("written", "instead", "place", "says"),
    [
        ('procedure = "stall"', 'procedure = "booth"', "procedures.0.procedure", "「booth」という手続きはありません"),
        ('papers = ["plan"]', 'papers = ["photo"]', "left_out.0.papers", "「photo」は、この手続きで省略できる"),
        ("area = ", "again = ", "procedures.0.carry", "様式の質問「again」に入りません"),
        ('"size" }', '"sise" }', "procedures.0.carry", "「sise」の答え"),
        ('[{ name = "stall" }, true]', '[{ name = "stand" }, true]', "procedures.0.needed", "stand"),
        ('icon = "shop"', 'icon = "tent"', "icon", "次の中から選んでください"),
        ("needed =", "neded =", "procedures.0.neded", "つづりを確かめて"),
        ('basis = "見本", ja', "ja", "left_out.0", "根拠"),
        ('section = "doboku", link', 'section = "dobok", link', "outside.section", "「dobok」という課はありません"),
        ("https://www.police", "http://www.police", "outside.link", "https://"),
        ('{ procedure = "stall", ', "{ ", "procedures.0", "どちらか一つ"),
        ('kind = "paperwork.yes-no"', 'kind = "paperwork.maybe"', "questions.0", "使えません"),
        ('name = { ja = "祭りに出る", en', "name = { en", "events.0.name", "日本語の文を"),
        ('intro = { ja = "祭りの日の手続きです。" }', 'intro = "祭り"', "events.0.intro", "ことばごとの文"),
        ('key = "stall", kind', 'key = "Stall", kind', "questions.0", "英小文字"),
        ('bring = [{ ja = "地図" }]', 'bring = "地図"', "procedures.1.bring", "書き方が正しくありません"),
        ('by_when = { words = { ja = "早めに" } }', 'by_when = "早めに"', "procedures.1", "書き方が正しくありません"),
        ('basis = "道路交通法第77条"', 'basis = ""', "procedures.1.outside.basis", "空です"),
        ('section = "doboku"\n', 'section = "dobok"\n', "offices.0.section", "「dobok」という課はありません"),
        ('where = { ja = "市役所 3階" }', 'where = "市役所"', "offices.0.where", "ことばごとの文"),
        ('retention = "30-days"', 'retention = "30-dais"', "retention", "「30-dais」という保存年限はありません"),
    ],
)
def test_a_slip_in_the_guide_is_refused_with_its_place(version, tmp_path, written, instead, place, says):
    assert written in GUIDE

    report = load_guide(tmp_path, GUIDE.replace(written, instead, 1))

    told = [str(fault) for fault in report.faults]
    assert any(place in each and says in each and "guide.toml:" in each for each in told), told


# What comes of answers


@pytest.mark.parametrize(
    ("stall", "names"),
    [("yes", ["食品の届出", "", "道路使用許可"]), ("no", ["食品の届出", "道路使用許可"])],
)
def test_the_most_urgent_errand_stands_first_and_only_what_is_needed(topic, stall, names):
    found = answered(topic, TYPED | {"stall": {"": [stall]}})
    around = Circumstances(date(2027, 4, 1), lambda _day: True)

    advice = advise(topic.text, found.standing(around), around)

    assert [each.errand.outside.name.say("ja") if each.errand.outside else "" for each in advice] == names
    assert advice[0].last_day == DAY - timedelta(days=30)
    assert advice[-1].last_day is None


def test_the_page_tells_day_place_paper_and_ground(topic, holder):
    answer = holder.get(advice_of(Response.objects.get()))

    told = text(answer)
    for words in (
        "屋台の出店",
        "2027-04-26",
        "市役所 3階",
        "平日 8時30分から",
        "地図",
        "前の年の図面を市が持つ",
        "食品衛生法",
    ):
        assert words in told, words
    assert 'href="https://www.police.example/"' in told
    assert "案内の答え1件が、様式に入ります。" in told
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_last_day_on_which_the_office_is_closed_names_the_open_day_before(topic, holder):
    # 30 days before 10 May 2027 is a Saturday.
    told = text(holder.get(advice_of(Response.objects.get())))

    assert "この日は市役所が休みです。令和9年(2027年)4月9日までに済ませてください。" in told


def test_who_has_not_answered_everything_is_led_back_to_the_questions(topic):
    client = Client()
    asked = client.post(reverse("procedures-public:guide-event", args=["fair"])).headers["Location"]

    assert client.get(advice_of(Response.objects.get())).headers["Location"] == asked


def test_nobody_else_sees_the_answers_and_no_address_holds_any(topic, holder):
    key = Response.objects.get().key

    assert Client().get(reverse("procedures-public:advice", args=[key])).status_code == GONE
    assert resident_client().get(reverse("procedures-public:guide-page", args=[key, "answers"])).status_code == GONE
    assert holder.get(reverse("procedures-public:receipt", args=[key])).status_code == GONE


def test_answers_belong_to_nobody_and_end_after_their_days(topic, holder):
    response = Response.objects.select_related("custody").get()

    assert (response.owner, response.entered_by) == ("", "")
    assert response.custody.expires_on == in_japan(now()).date() + timedelta(days=30)


def test_answers_that_were_purged_are_gone(topic, holder):
    response = Response.objects.get()
    ResponseShredder().shred("paperwork.response", str(response.key))

    assert holder.get(advice_of(response)).status_code == GONE


def test_a_code_brings_the_advice_back_on_another_machine(topic, holder):
    kept = holder.post(
        reverse("procedures-public:guide-keep", args=[Response.objects.get().key]), {"kind": "pin", "pin": "K7Q2"}
    )
    code = kept.context["code"]

    other = Client()
    answer = other.post(reverse("procedures-public:resume"), {"code": code, "second": "K7Q2"})

    assert answer.headers["Location"] == advice_of(Response.objects.get())
    assert "屋台の出店" in text(other.get(answer.headers["Location"]))


def test_answers_to_questions_that_have_changed_since_are_taken_along(topic, holder, tmp_path):
    old = Response.objects.get()
    load_guide(
        tmp_path,
        GUIDE.replace('祭りの日"', '祭りは いつですか"')
        .replace('key = "size"', 'key = "area"')
        .replace('"size" }', '"area" }'),
    )

    answer = holder.get(advice_of(old))

    new = Response.objects.exclude(pk=old.pk).get()
    assert answer.headers["Location"] == reverse("procedures-public:guide-page", args=[new.key, "answers"])
    assert {key: entry.value for key, entry in filled(new.key).sheet.items()} == {"stall": True, "day": "2027-05-10"}


def test_the_page_asks_the_database_as_often_for_one_errand_as_for_three(topic, holder):
    key = Response.objects.get().key
    holder.get(reverse("procedures-public:advice", args=[key]))
    counts = []
    for _each in range(2):
        with CaptureQueriesContext(connection) as asked:
            holder.get(reverse("procedures-public:advice", args=[key]))
        counts.append(len(asked))
        event = loads(topic.text)
        topic.text = canonical(event | {"procedures": event["procedures"][:1]})
        topic.save()

    assert counts[0] == counts[1]


def test_a_section_is_named_as_its_reader_knows_it(topic):
    section = Section.objects.get(key="doboku")
    names = {}
    for language in ("ja", "ja-easy", "en"):
        with translation.override(language):
            names[language] = section_words(section)

    assert names == {"ja": "土木課", "ja-easy": f"土木課（{section.reading}）", "en": section.name_en}


# What is carried


def test_starting_carries_what_the_guide_maps_and_nothing_else(topic, holder):
    answer = holder.post(reverse("procedures-public:guide-start", args=[Response.objects.get().key, 0]))

    filing = Filing.objects.get()
    found = filled(filing.response.key)
    assert answer.headers["Location"] == reverse("procedures-public:page", args=[filing.response.key, "you"])
    assert {key: entry.value for key, entry in found.sheet.items()} == {"area": "6"}
    assert found.revision.sources == {"area": {"source": "carried", "detail": "手続きナビの答え"}}
    entry = Entry.objects.get(what="procedures.begun-from-the-guide")
    assert "prefill:guide" in str(entry.payload)
    assert "area" in str(entry.payload)


def test_what_is_carried_is_seen_before_it_is_handed_in(topic, holder):
    holder.post(reverse("procedures-public:guide-start", args=[Response.objects.get().key, 0]))
    filing = Filing.objects.get()

    page = text(holder.get(reverse("procedures-public:page", args=[filing.response.key, "stall"])))

    assert "前に答えた内容です。違うときは直してください。（手続きナビの答え）" in page


@pytest.mark.parametrize("errand", [1, 9])
def test_what_is_no_procedure_cannot_be_started(topic, holder, errand):
    answer = holder.post(reverse("procedures-public:guide-start", args=[Response.objects.get().key, errand]))

    assert answer.status_code == GONE
    assert not Filing.objects.exists()


def test_a_procedure_that_wants_a_sign_in_sends_there_first(topic, holder, version):
    version.document.__dict__["level"] = Level.CONTACT
    try:
        answer = holder.post(reverse("procedures-public:guide-start", args=[Response.objects.get().key, 0]))
    finally:
        version.document.__dict__["level"] = Level.NONE

    assert "sign-in" in answer.headers["Location"]


def test_a_closed_procedure_says_so_beside_the_advice(topic, holder, version):
    form = version.procedure.form
    form.closes_at = now()
    form.save()

    answer = holder.post(reverse("procedures-public:guide-start", args=[Response.objects.get().key, 0]))

    assert answer.status_code == 409
    assert "受付は終わりました。" in text(answer)
    assert "食品の届出" in text(answer)


# At the counter


@pytest.fixture
def counter(topic):
    return sign_in(Client(), make_staff(RIGHTS, section="doboku", name="杉本 渉"))


def test_a_clerk_asks_and_takes_the_filing_in(counter):
    began = counter.post(reverse("procedures:guide-event", args=["fair"]), {"language": "en"})
    told = counter.post(began.headers["Location"], posted()).headers["Location"]
    page = counter.get(told)
    answers = Response.objects.get()

    assert "窓口で受け付ける" in text(page)
    assert (answers.language, answers.channel, answers.entered_by) == ("en", "counter", "杉本 渉")
    assert Look.objects.filter(target_key=str(answers.key)).exists()
    start = counter.post(reverse("procedures:guide-start", args=[answers.key, 0]))
    filing = Filing.objects.get()
    assert start.headers["Location"] == reverse("procedures:counter-go-on", args=[filing.response.key])
    assert (filing.response.channel, filing.response.language) == ("counter", "en")
    assert filled(filing.response.key).sheet["area"].value == "6"


def test_a_clerk_of_another_section_sees_the_advice_and_cannot_take_it_in(topic):
    other = sign_in(Client(), make_staff(RIGHTS, section="kankyo"))
    began = other.post(reverse("procedures:guide-event", args=["fair"]), {"language": "ja"})
    told = other.post(began.headers["Location"], posted()).headers["Location"]

    assert "窓口で受け付ける" not in text(other.get(told))
    key = Response.objects.get().key
    assert other.post(reverse("procedures:guide-start", args=[key, 0])).status_code == GONE


def test_what_was_answered_at_home_opens_at_the_counter(holder, counter):
    answers = Response.objects.get()
    kept = holder.post(reverse("procedures-public:guide-keep", args=[answers.key]), {"kind": "pin", "pin": "K7Q2"})

    opened = counter.post(reverse("procedures:guide-resume"), {"code": kept.context["code"], "second": "K7Q2"})

    assert opened.headers["Location"] == reverse("procedures:guide-advice", args=[answers.key])
    assert "屋台の出店" in text(counter.get(opened.headers["Location"]))


def test_a_clerk_does_not_see_answers_that_nobody_handed_over(holder, counter):
    assert counter.get(reverse("procedures:guide-advice", args=[Response.objects.get().key])).status_code == GONE


def test_a_code_of_something_else_and_an_unknown_event_lead_nowhere_at_the_counter(counter, version):
    filing = begin(version, Filer(ANONYMOUS), at=now())
    code = give_code(filing.response, second_kind=Secret.PIN, second="K7Q2", at=now())

    opened = counter.post(reverse("procedures:guide-resume"), {"code": code, "second": "K7Q2"})

    assert opened.headers["Location"] == reverse("procedures:guide")
    assert counter.get(opened.headers["Location"]).status_code == OK
    assert counter.get(reverse("procedures:guide-event", args=["flood"])).status_code == GONE


def test_a_closed_procedure_is_told_to_the_clerk_beside_the_advice(counter, version):
    began = counter.post(reverse("procedures:guide-event", args=["fair"]), {"language": "ja"})
    key = Response.objects.get().key
    assert counter.get(reverse("procedures:guide-advice", args=[key])).headers["Location"] == began.headers["Location"]
    counter.post(began.headers["Location"], posted())
    form = version.procedure.form
    form.closes_at = now()
    form.save()

    answer = counter.post(reverse("procedures:guide-start", args=[key, 0]))

    assert answer.status_code == 409
    assert "受付は終わりました。" in text(answer)
    assert "窓口で受け付ける" not in text(answer)


def test_the_home_leads_to_the_guide(topic, client):
    assert reverse("procedures-public:guide") in text(client.get("/"))
    assert "祭りに出る" in text(client.get(reverse("procedures-public:guide")))


def test_a_filing_from_the_guide_is_refused_as_any_other(topic, version):
    found = answered(topic)
    errand = topic.event.errands[0]

    filing = start_filing(topic, errand, version, found, Filer(ANONYMOUS), by="resident", at=now())

    assert filing.resident_id is None
    assert filing.case_id is None
