"""A person mends one rendering: in the editor, beside what it looks like, and in front of the approver."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.civic.emergency.desk.conftest import NIGHT
from tests.civic.emergency.desk.test_pages import entered, text_of
from tests.sign_in import sign_in, staff_client
from todoke.civic.emergency.actions import deciding, drafts
from todoke.civic.emergency.actions.drafts import Changes
from todoke.civic.emergency.actions.refusals import EditedByAnother, RetiredWord
from todoke.civic.emergency.models import Draft, Incident, Template
from todoke.civic.emergency.queries.drafts import as_edition, content_of, difference_of
from todoke.civic.emergency.queries.mending import cards_of
from todoke.civic.emergency.rules.mending import Entered, Mend, texts_in
from todoke.civic.emergency.views.changes import changes_sentence
from todoke.ground.audit.models import Entry
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.queries.renderings import renderings_of
from todoke.shared.messaging.types import EditionKind, Reach, Register

pytestmark = pytest.mark.django_db

OWN = "警戒レベル4避難指示。福井市。いますぐ高い所へ"
AREAS = {"m0": (4, False)}


@pytest.fixture(autouse=True)
def night():
    with time_machine.travel(NIGHT, tick=False):
        yield


@pytest.fixture
def board(desk) -> Destination:
    """A display board in Japanese and one in English."""
    for key, language in (("board", "ja"), ("board-en", "en")):
        Destination.objects.create(
            key=key, channel="messaging.board", name=f"駅前 {language}", address="simulator:ekimae",
            reach=Reach.PUBLIC, language=language,
        )  # fmt: skip
    return Destination.objects.get(key="board")


@pytest.fixture
def draft(desk, board) -> Draft:
    incident = Incident.objects.create(name="台風第10号", group="storm", mode="actual", opened_at=NIGHT)
    template = Template.objects.get(key="evacuation-4-flood", is_current=True)
    return drafts.start_draft(
        incident_id=incident.pk, template_id=template.pk, areas=AREAS, viewer=desk.writer, at=NIGHT
    )


@pytest.fixture
def writer(desk) -> Client:
    return sign_in(Client(), desk.accounts[0])


def mended(desk, draft, *mends, refill=False, **changed):
    """The draft after somebody saved these mends."""
    draft.refresh_from_db()
    texts = {
        language: {part: text[part] for part in ("title", "body", "short")} for language, text in draft.texts.items()
    }
    facts = {"texts": texts, "areas": AREAS, "expires_at": NIGHT + timedelta(hours=12), "note": draft.note, **changed}
    return drafts.edit_draft(
        draft.pk, Changes(mends=mends, **facts), revision=draft.revision, viewer=desk.writer, at=NIGHT, refill=refill
    )


def released(desk, draft):
    deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=NIGHT)
    return deciding.approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=NIGHT)


def posted(draft, **changed):
    """What the editor's form sends, with its areas as they are."""
    values = entered(draft, **{"area-m0": "4", "to": ["public-1", "public-2", "board", "board-en"], **changed})
    values.pop("area-m1", None)
    return values


def own(text, was="自動の文", key="ja_board"):
    return {f"mended_{key}": text, f"was_{key}": was}


def cards(draft, entered_texts=None):
    draft.refresh_from_db()
    edition = as_edition(draft, content_of(draft), NIGHT)
    shown = renderings_of(edition, list(Destination.objects.filter(channel="messaging.board")))
    return cards_of(draft, edition, shown, entered_texts or {})


def test_a_mended_text_goes_out_in_its_register_and_in_no_other(desk, draft):
    mended(desk, draft, Mend("ja", Register.BOARD, OWN))

    draft.refresh_from_db()
    said = content_of(draft)

    assert said.wording("ja").said_in(Register.BOARD) == OWN
    assert said.wording("ja").said_in(Register.POST) == ""
    assert said.wording("en").said_in(Register.BOARD) == ""
    assert released(desk, draft).content["wordings"][0]["registers"] == {"board": OWN}


def test_a_language_that_nobody_writes_here_can_be_mended_too(desk, draft):
    mended(desk, draft, Mend("vi", Register.POST, "Mức cảnh giác 4 Chỉ thị sơ tán. Town 0."))

    assert content_of(draft).wording("vi").said_in(Register.POST) == ""
    draft.refresh_from_db()
    assert content_of(draft).wording("vi").said_in(Register.POST) == "Mức cảnh giác 4 Chỉ thị sơ tán. Town 0."


def test_the_one_who_saves_second_mends_nothing_by_accident(desk, draft):
    seen = draft.revision
    mended(desk, draft)

    with pytest.raises(EditedByAnother):
        drafts.edit_draft(
            draft.pk,
            Changes(texts=draft.texts, areas=AREAS, expires_at=NIGHT, mends=[Mend("ja", Register.BOARD, OWN)]),
            revision=seen,
            viewer=desk.writer,
            at=NIGHT,
        )

    draft.refresh_from_db()
    assert draft.mended == {}


def test_the_audit_keeps_what_a_person_wrote(desk, draft):
    mended(desk, draft, Mend("ja", Register.BOARD, OWN))

    kept = json.loads(Entry.objects.filter(what="emergency.draft-edited").latest("pk").payload)

    assert kept["before"]["mended"] == {}
    assert kept["after"]["mended"]["ja"]["board"]["text"] == OWN


def test_a_word_of_before_2021_is_refused_in_a_mended_text_too(desk, draft):
    changed = mended(desk, draft, Mend("ja", Register.BOARD, "警戒レベル4避難指示。福井市。避難勧告です。"))

    with pytest.raises(RetiredWord):
        deciding.submit(changed.pk, revision=changed.revision, viewer=desk.writer, at=NIGHT)


def test_a_mended_text_stays_when_the_facts_change_and_then_asks_for_a_look(desk, draft):
    mended(desk, draft, Mend("ja", Register.BOARD, OWN))
    before = cards(draft)[0].parts[0].text

    mended(desk, draft, areas={"m0": (4, False), "m1": (4, False)})
    after = cards(draft)[0].parts[0].text
    mended(desk, draft, Mend("ja", Register.BOARD, OWN), areas={"m0": (4, False), "m1": (4, False)})
    confirmed = cards(draft)[0].parts[0].text

    assert (before.text, before.is_mended, before.is_outdated) == (OWN, True, False)
    assert (after.text, after.is_outdated) == (OWN, True)
    assert (confirmed.text, confirmed.is_outdated) == (OWN, False)


def test_the_field_begins_with_the_automatic_text_and_goes_back_to_it(desk, draft):
    automatic = cards(draft)[0].parts[0].text
    mended(desk, draft, Mend("ja", Register.BOARD, OWN))
    mended(desk, draft, Mend("ja", Register.BOARD, ""))

    again = cards(draft)[0].parts[0].text

    assert "避難指示" in automatic.text
    assert not automatic.is_mended
    assert again == automatic


def test_the_text_of_the_city_s_template_is_the_automatic_one(desk, board):
    incident = Incident.objects.create(name="津波", group="earthquake", mode="actual", opened_at=NIGHT)
    template = Template.objects.get(key="evacuation-tsunami")
    draft = drafts.start_draft(
        incident_id=incident.pk, template_id=template.pk, areas={"m0": (None, False)}, viewer=desk.writer, at=NIGHT
    )

    assert cards(draft)[0].parts[0].text.text == "津波 避難指示。福井市。いますぐ高い所へ逃げてください。"


def test_one_field_serves_every_channel_that_says_the_register(desk, draft):
    # A second channel with the same register leads to the field of the first.
    first = cards(draft)
    edition = as_edition(draft, content_of(draft), NIGHT)
    shown = renderings_of(edition, [Destination.objects.get(key="board")])

    twice = cards_of(draft, edition, shown * 2)

    assert [card.parts[0].has_field for card in twice] == [True, False]
    assert [card.rendering.language for card in first] == ["ja", "en"]


def test_what_somebody_is_writing_stays_in_the_field_and_differs_from_what_is_saved(desk, draft):
    text = cards(draft, {("ja", Register.BOARD): Entered("書きかけ", "前の文")})[0].parts[0].text

    assert (text.text, text.was) == ("書きかけ", "前の文")


def test_an_update_begins_with_the_mended_text_and_a_lifting_and_a_cancellation_do_not(desk, draft):
    edition = released(desk, mended(desk, draft, Mend("ja", Register.BOARD, OWN)))
    key = str(edition.message.key)

    update = drafts.follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT)
    cancel = drafts.follow_edition(key, edition_kind=EditionKind.CANCEL, viewer=desk.writer, at=NIGHT)
    drafts.discard(update.pk, reason="やめます。", viewer=desk.writer, at=NIGHT)
    lifting = drafts.follow_edition(key, edition_kind=EditionKind.UPDATE, viewer=desk.writer, at=NIGHT, lift=True)

    assert texts_in(update.mended) == {"ja": {"board": OWN}}
    assert cancel.mended == {}
    assert lifting.mended == {}
    assert all(not card.parts for card in cards(cancel))


# ---- on the page ----


def test_an_officer_mends_a_rendering_and_is_told_at_once_that_it_is_used(draft, writer):
    address = reverse("emergency:draft", args=[draft.pk])

    saved = writer.post(address, posted(draft, **own(OWN), act="mend:ja_board"))
    page = text_of(writer.get(address))

    assert saved.headers["Location"] == f"{address}#card-ja_board"
    assert "手直しした文" in page
    assert 'value="automatic:ja_board"' in page
    assert f'<div class="frame__lights" lang="ja"><p>{OWN}</p></div>' in page


def test_a_mended_text_is_put_back_with_one_click(desk, draft, writer):
    changed = mended(desk, draft, Mend("ja", Register.BOARD, OWN))
    address = reverse("emergency:draft", args=[draft.pk])

    writer.post(address, posted(changed, **own(OWN, OWN), act="automatic:ja_board"))
    page = text_of(writer.get(address))

    draft.refresh_from_db()
    assert draft.mended == {}
    assert OWN not in page


def test_saving_the_draft_leaves_every_automatic_text_automatic(draft, writer):
    page = text_of(writer.get(reverse("emergency:draft", args=[draft.pk])))
    was = re.search(r'name="was_ja_board" value="([^"]+)"', page)[1]

    writer.post(reverse("emergency:draft", args=[draft.pk]), posted(draft, **own(was, was), act="save"))

    draft.refresh_from_db()
    assert draft.mended == {}
    assert draft.revision == 2


def test_the_preview_shows_a_mended_text_and_saves_nothing(draft, writer):
    values = posted(draft, **own(OWN, "前の文"))

    page = text_of(writer.post(reverse("emergency:preview", args=[draft.pk]), values))

    draft.refresh_from_db()
    assert draft.mended == {}
    assert f"<p>{OWN}</p>" in page
    assert 'name="was_ja_board" value="前の文"' in page


def test_the_words_of_the_second_to_save_stay_in_the_field(desk, draft, writer):
    stale = draft.revision
    mended(desk, draft)

    answer = writer.post(
        reverse("emergency:draft", args=[draft.pk]), posted(draft, **own(OWN), revision=stale, act="mend:ja_board")
    )

    assert answer.status_code == 409
    assert f">{OWN}</textarea>" in text_of(answer)


def test_the_approver_sees_what_a_person_wrote_and_what_would_have_been_said(desk, draft):
    changed = mended(desk, draft, Mend("ja", Register.BOARD, OWN))
    automatic = cards(draft)[0].parts[0].text.automatic
    deciding.submit(changed.pk, revision=changed.revision, viewer=desk.writer, at=NIGHT)

    page = text_of(sign_in(Client(), desk.accounts[1]).get(reverse("emergency:approve", args=[draft.pk])))

    assert OWN in page
    assert "手直しした文" in page
    assert "手直ししないときの文" in page
    assert automatic in page
    assert "<textarea" not in page


def test_a_text_of_other_facts_is_pointed_at_before_anybody_asks_for_approval(desk, draft, writer):
    mended(desk, draft, Mend("ja", Register.BOARD, OWN))
    mended(desk, draft, areas={"m0": (4, False), "m1": (4, False)})

    page = text_of(writer.get(reverse("emergency:submit", args=[draft.pk])))

    assert "手直しした文の確認が必要です" in page
    assert "変更後に確認が必要" in page


def test_every_rendering_carries_the_level_with_number_word_and_colour(draft, writer):
    page = text_of(writer.get(reverse("emergency:draft", args=[draft.pk])))

    cards_shown = page.split('<article class="card')[1:]
    assert len(cards_shown) == 3
    assert all("level-mark--4" in card and ">避難指示</span>" in card for card in cards_shown)


def test_the_speech_of_a_draft_is_for_officers_alone(draft, writer, monkeypatch, tmp_path, settings):
    settings.LOUDSPEAKER_ROOT = tmp_path
    sound = tmp_path / "a.wav"
    sound.write_bytes(b"RIFFspeech")
    asked = []

    def made(edition, root):
        asked.append(edition.content.level)
        return sound

    monkeypatch.setattr("todoke.shared.loudspeakers.playing.trial_of", made)
    address = reverse("emergency:speech", args=[draft.pk])

    heard = writer.get(address)

    assert heard.headers["Content-Type"] == "audio/wav"
    assert b"".join(heard.streaming_content) == b"RIFFspeech"
    assert "no-store" in heard.headers["Cache-Control"]
    assert writer.get(address, headers={"Range": "bytes=4-9"}).content == b"speech"
    assert asked == [4, 4]
    assert Client().get(address).status_code == 302
    assert staff_client(()).get(address).status_code == 403


# ---- since the last edition ----


def following(desk, edition, kind=EditionKind.UPDATE, **changed):
    return drafts.follow_edition(str(edition.message.key), edition_kind=kind, viewer=desk.writer, at=NIGHT, **changed)


def test_a_first_edition_has_no_line_about_changes(draft, writer):
    assert difference_of(draft) is None
    assert 'class="changes"' not in text_of(writer.get(reverse("emergency:draft", args=[draft.pk])))


def test_an_update_that_changes_nothing_says_so(desk, draft):
    update = following(desk, released(desk, draft))

    assert changes_sentence(difference_of(update)) == "前の版から：変わったところはありません"


def test_one_line_says_which_areas_came_and_went_which_level_and_which_texts(desk, draft, writer):
    edition = released(desk, mended(desk, draft, areas={"m0": (3, False), "m1": (3, False)}, refill=True))
    update = following(desk, edition)
    texts = {**update.texts, "ja": {**update.texts["ja"], "body": "直しました。"}}
    kept = {"m0": (4, False), "m2": (4, False), "m3": (4, False)}

    update = mended(desk, update, Mend("ja", Register.BOARD, OWN), texts=texts, areas=kept)
    page = text_of(writer.get(reverse("emergency:draft", args=[update.pk])))

    line = changes_sentence(difference_of(update))
    assert line == (
        "前の版から：福井市を警戒レベル3→4、鯖江市、越前市を追加、坂井市を対象から外す、本文を変更、掲示板の文を手直し"
    )
    assert f'<p class="changes">{line}</p>' in page
    assert "<ins>警戒レベル4避難指示。</ins>" in page


def test_a_level_that_moves_everywhere_needs_no_names(desk, draft):
    update = following(
        desk, released(desk, mended(desk, draft, areas={"m0": (3, False), "m1": (3, False)}, refill=True))
    )

    update = mended(desk, update, areas={"m0": (5, False), "m1": (5, False)})

    assert changes_sentence(difference_of(update)) == "前の版から：警戒レベル3→5"


def test_a_correction_that_puts_a_text_back_says_so_and_many_areas_are_counted(desk, draft):
    edition = released(desk, mended(desk, draft, Mend("en", Register.BOARD, "Alert Level 4 Evacuation Order Town 0")))
    correction = following(desk, edition, EditionKind.CORRECTION, note="表示を直します。")
    everywhere = {f"m{number}": (4, False) for number in range(4)}

    correction = mended(desk, correction, Mend("en", Register.BOARD, ""), areas=everywhere)

    assert changes_sentence(difference_of(correction)) == (
        "前の版から：坂井市、鯖江市、越前市を追加、掲示板の文（英語）を自動の文に戻す"
    )
