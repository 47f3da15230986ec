"""What a draft says in the languages that nobody at the desk writes, and what an officer adds freely."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.civic.emergency.desk.conftest import NIGHT
from tests.civic.emergency.desk.test_pages import entered
from tests.sign_in import sign_in
from todoke.civic.emergency.actions import deciding, drafts
from todoke.civic.emergency.actions.drafts import Changes
from todoke.civic.emergency.actions.refusals import DeskRefused
from todoke.civic.emergency.models import Draft, Incident, Template
from todoke.civic.emergency.queries.drafts import content_of, difference_of
from todoke.civic.emergency.rules.composing import COMPOSED, composed_texts, with_addition
from todoke.civic.emergency.rules.content import lifted_notices
from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.notices import Hazard, NoticeKind
from todoke.shared.messaging.phrasebook import BOOKS, LANGUAGES
from todoke.shared.messaging.types import Content, EditionKind, Register

NAMES = {"a": "Takamori（高森地区）", "b": "Chuo（中央地区）"}
FACTS = {"city": "Nagihama City", "time": "3:00", "contact": "0990-00-1000", "shelters": "", "river": "青葉川"}


def composed(language, kind, level, notice, hazard=""):
    areas = [AreaLevel("a", "高森地区", level, notice), AreaLevel("b", "中央地区", level, notice)]
    facts = FACTS | lifted_notices([AreaLevel("a", "高森地区", 4, "避難指示")])
    return composed_texts(language, kind=kind, hazard=hazard, areas=areas, names=NAMES, facts=facts)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NoticeKind.values)
@pytest.mark.parametrize("hazard", Hazard.values)
def test_every_kind_of_notice_is_whole_in_every_language(language, kind, hazard):
    level, notice = (4, "避難指示") if kind == "evacuation" else (None, "")

    texts = composed(language, kind, level, notice, hazard)

    assert all(texts.values())
    assert not re.search(r"[{}]", "".join(texts.values()))
    assert all("Takamori（高森地区）" in texts[part] for part in ("title", "body", "short"))
    if kind == "evacuation":
        word = BOOKS[language].notice("避難指示")
        assert all(word in texts[part] and "4" in texts[part] for part in ("title", "body", "short"))


def test_an_order_in_vietnamese_word_by_word():
    texts = composed("vi", "evacuation", 4, "避難指示", "flood")

    assert texts["title"] == ("Mức cảnh giác 4 Chỉ thị sơ tán (lũ lụt): Takamori（高森地区）, Chuo（中央地区）")
    assert texts["body"].split("\n") == [
        "Nagihama City đã ban hành cho Takamori（高森地区）, Chuo（中央地区）: "
        "Mức cảnh giác 4 Chỉ thị sơ tán (lũ lụt).",
        "",
        "Tất cả mọi người ở nơi nguy hiểm hãy sơ tán. Không đến gần sông.",
        "",
        "Khu vực",
        "Mức cảnh giác 4 Chỉ thị sơ tán: Takamori（高森地区）, Chuo（中央地区）",
        "",
        "Hỏi đáp (tiếng Nhật): 0990-00-1000",
    ]


@pytest.mark.parametrize("language", COMPOSED)
def test_a_lifting_says_what_is_lifted_and_orders_nothing(language):
    areas = [AreaLevel("a", "高森地区", None, "解除")]
    facts = FACTS | lifted_notices([AreaLevel("a", "高森地区", 4, "避難指示")])

    texts = composed_texts(language, kind="evacuation", hazard="", areas=areas, names=NAMES, facts=facts)

    assert BOOKS[language].notice("避難指示") in texts["body"]
    assert BOOKS[language].text("action.4") not in texts["body"]


def test_what_the_weather_service_warns_of_is_not_said_as_an_order():
    texts = composed("pt", "weather", 4, "大雨危険警報")

    assert BOOKS["pt"].text("action.warned-4") in texts["body"]
    assert BOOKS["pt"].text("action.4") not in texts["body"]


@pytest.mark.parametrize("language", COMPOSED)
def test_a_title_of_sixty_places_names_eight_and_counts_the_rest(language):
    areas = [AreaLevel(str(number), f"{number}区", 4, "避難指示") for number in range(60)]
    names = {area.key: f"Place {area.key}（{area.name}）" for area in areas}

    texts = composed_texts(language, kind="evacuation", hazard="", areas=areas, names=names, facts=FACTS)

    assert texts["title"].count("Place") == texts["short"].count("Place") == 8
    assert BOOKS[language].text("said.other-areas").format(52) in texts["title"]
    assert texts["body"].count("Place 59") == 2


def test_an_addition_is_printed_below_marked_where_it_is_not_translated_and_in_its_translation_where_it_is():
    addition = {"ja": "橋は通れません。", "vi": "Cầu bị đóng."}

    assert with_addition("ja", "本文", addition) == "本文\n\n橋は通れません。"
    assert with_addition("en", "Body", addition) == "Body\n\nNot translated: 橋は通れません。"
    assert with_addition("vi", "Thân", addition) == "Thân\n\nCầu bị đóng."
    assert with_addition("vi", "Thân", {"vi": "Cầu bị đóng."}) == "Thân"


# ---- through the desk ------------------------------------------------------------------------------------------------


@pytest.fixture
def order(desk) -> Draft:
    """An evacuation order for one town, as its writer begins it."""
    incident = Incident.objects.create(name="台風第10号", group="storm", mode="actual", opened_at=NIGHT)
    template = Template.objects.get(key="evacuation-4")
    return drafts.start_draft(
        incident_id=incident.pk, template_id=template.pk, areas={"m0": (4, False)}, viewer=desk.writer, at=NIGHT
    )


def edited(desk, draft, **changed):
    facts = {"texts": draft.texts, "areas": {"m0": (4, False)}, "expires_at": draft.expires_at, **changed}
    return drafts.edit_draft(draft.pk, Changes(**facts), revision=draft.revision, viewer=desk.writer, at=NIGHT)


def released(desk, draft, at=NIGHT):
    deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=at)
    return deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=at)


@pytest.mark.django_db
def test_an_order_goes_out_in_ten_languages_at_once(desk, order):
    edition = released(desk, order)

    content = Content.from_json(edition.content)

    assert [wording.language for wording in content.wordings] == list(LANGUAGES)
    assert content.wording("ko").title == "경계 레벨 4 피난 지시: Town 0（福井市）"
    assert content.facts["city_en"] == "Municipalities of Fukui"


@pytest.mark.django_db
def test_what_an_officer_adds_stands_in_every_language_and_in_the_difference(desk, order):
    draft = edited(desk, order, addition={"ja": "橋は通れません。", "ne": "पुल बन्द छ।"})

    content = content_of(draft)

    assert content.wording("ja").body.endswith("\n\n橋は通れません。")
    assert content.wording("zh-Hant").body.endswith("\n\n未翻譯的內容：橋は通れません。")
    assert content.wording("ne").body.endswith("\n\nपुल बन्द छ।")
    assert "橋" not in draft.texts["ja"]["body"]

    edition = released(desk, draft)
    following = drafts.follow_edition(
        str(edition.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT
    )

    assert following.addition == draft.addition
    difference = difference_of(following)
    assert difference is not None
    assert difference.texts == ()


@pytest.mark.django_db
def test_a_retired_word_in_an_addition_is_refused(desk, order):
    draft = edited(desk, order, addition={"ja": "避難勧告を出しました。"})

    with pytest.raises(DeskRefused, match="避難指示"):
        deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT)


@pytest.mark.django_db
def test_a_cancellation_takes_back_in_every_language_what_it_was_told_and_adds_nothing(desk, order):
    edition = released(desk, edited(desk, order, addition={"ja": "橋は通れません。"}))

    draft = deciding.ask_to_cancel(str(edition.message.key), reason="誤り", viewer=desk.writer, at=NIGHT)
    taken_back = Content.from_json(deciding.approve(draft.pk, revision=1, viewer=desk.approver, at=NIGHT).content)

    assert [wording.language for wording in taken_back.wordings] == list(LANGUAGES)
    assert taken_back.wording("tl").body.startswith("Kinansela ang abiso na “Alert Level 4 Evacuation Order: Town 0")
    assert "橋" not in "".join(wording.body for wording in taken_back.wordings)


@pytest.mark.django_db
def test_a_lifting_tells_machines_what_it_lifts(desk, order):
    edition = released(desk, order)

    draft = drafts.follow_edition(
        str(edition.message.key), edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT, lift=True
    )

    content = content_of(draft)
    assert content.facts["lifted_levels"] == "4:避難指示"
    assert "피난 지시" in content.wording("ko").body


@pytest.mark.django_db
def test_what_the_city_wrote_for_a_register_goes_along_until_the_areas_change(desk):
    incident = Incident.objects.create(name="津波", group="earthquake", mode="actual", opened_at=NIGHT)
    template = Template.objects.get(key="evacuation-tsunami")
    draft = drafts.start_draft(
        incident_id=incident.pk, template_id=template.pk, areas={"m0": (None, False)}, viewer=desk.writer, at=NIGHT
    )
    own = {part: draft.texts["ja"][part] for part in ("title", "body", "short")}

    kept = edited(desk, draft, texts={"ja": own}, areas={"m0": (None, False)})
    said = content_of(kept).wording("ja")
    moved = edited(desk, kept, texts={"ja": own}, areas={"m1": (None, False)})

    assert said.said_in(Register.SPEECH).startswith("緊急放送、緊急放送。津波のおそれがあります。")
    assert "福井市に、避難指示を発令しました。" in said.said_in(Register.SPEECH)
    assert said.said_in(Register.URGENT) == ""
    assert content_of(moved).wording("ja").said_in(Register.SPEECH) == ""


@pytest.mark.django_db
def test_the_approver_reads_what_goes_out_in_the_other_languages(desk, order):
    deciding.submit(order.pk, revision=order.revision, viewer=desk.writer, at=NIGHT)
    approver = sign_in(Client(), desk.accounts[1])

    with time_machine.travel(NIGHT, tick=False):
        page = approver.get(reverse("emergency:approve", args=[order.pk])).content.decode()

    assert "경계 레벨 4 피난 지시: Town 0（福井市）" in page
    assert 'lang="ne"' in page


@pytest.mark.django_db
def test_an_officer_adds_a_text_in_the_editor_and_reads_it_again(desk, order):
    writer = sign_in(Client(), desk.accounts[0])
    address = reverse("emergency:draft", args=[order.pk])

    with time_machine.travel(NIGHT, tick=False):
        values = entered(order, addition_ja="橋は\r\n通れません。", addition_vi="Cầu bị đóng.", act="save")
        values.pop("area-m1")
        saved = writer.post(address, values)
        page = writer.get(address).content.decode()

    order.refresh_from_db()
    assert saved.status_code == 302
    assert order.addition == {"ja": "橋は\n通れません。", "vi": "Cầu bị đóng."}
    assert "Cầu bị đóng." in page
    assert order.expires_at > NIGHT + timedelta(hours=1)
