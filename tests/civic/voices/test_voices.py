"""市民の声: written, handed on, answered to everybody at once, published by a second person, or not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cities import SAMPLE_CITY
from tests.civic.voices.town import (
    ADDRESS,
    BODY,
    EXCERPT,
    NAME,
    REPLY,
    TEXTS,
    again,
    decided,
    handed_on,
    said,
    typed,
    viewer,
    written,
)
from todoke.base.clock import now
from todoke.civic.voices.actions.boxes import BoxesPart
from todoke.civic.voices.actions.handling import end, hand_on
from todoke.civic.voices.actions.publishing import publish, withhold
from todoke.civic.voices.actions.themes import Texts, join, leave, open_theme, propose, write
from todoke.civic.voices.actions.writing import begin, hand_in, take_back_consent
from todoke.civic.voices.follower import FOLLOWER
from todoke.civic.voices.models import Theme, Voice, VoiceBox
from todoke.civic.voices.queries.voices import (
    body_of,
    documents_of,
    published_themes,
    reply_of,
    undecided,
    voice_for,
    voices_for,
)
from todoke.civic.voices.refusals import (
    BoxIsShut,
    NeedsAnother,
    NothingToDecide,
    NothingToPublish,
    NotInOneTheme,
    PublishedAlready,
    ReasonForWithholding,
    TellsWhoWrote,
    ThemeIsShut,
    VoiceNotTheirs,
    WrittenElsewhere,
)
from todoke.civic.voices.subject import ThemeShown
from todoke.ground.people.rules import ANONYMOUS
from todoke.ground.places.registry import LoadReport
from todoke.ground.retention.registry import shredders_for
from todoke.shared.casework.models import EffectRun
from todoke.shared.casework.queries import told_letters
from todoke.shared.casework.registry import Order, effects
from todoke.shared.decisions.actions import marking
from todoke.shared.decisions.actions.drafting import amend
from todoke.shared.messaging.models import Letter
from todoke.shared.paperwork.actions.responses import Incomplete, take

pytestmark = pytest.mark.usefixtures("town", "db")


def answered(*bodies: str, public: str = "yes") -> Theme:
    """A theme that was decided and has been followed."""
    theme = written(*handed_on(*bodies, publish=public))
    decided(theme)
    assert FOLLOWER.step() >= 1
    return Theme.objects.get(pk=theme.pk)


def ordered(voice: Voice) -> list[Mapping[str, Any]]:
    """What comes of the effects that the answer to this voice ordered."""
    runs = EffectRun.objects.filter(case=voice.case_id).order_by("effect")
    return [
        found.run(Order(run.case_id, run.seq, run.once, run.settings))
        for run in runs
        if (found := effects.find(run.effect))
    ]


def test_a_voice_becomes_a_case_with_a_due_date_and_without_a_name() -> None:
    voice = said()

    assert voice.case is not None
    assert (voice.case.section.key, voice.case.state, voice.kind) == ("koho", "received", "opinion")
    assert voice.case.due_date is not None
    assert voice.case.resident_id is None
    assert body_of(voice) == BODY
    assert voice.may_publish


def test_handing_in_twice_opens_one_case() -> None:
    voice = begin(VoiceBox.objects.get(), at=now())
    take(voice.response, typed(), at=now())

    first = hand_in(voice, submit_key="k", viewer=ANONYMOUS, at=now())
    second = hand_in(voice, submit_key="k", viewer=ANONYMOUS, at=now())

    assert (first.code, first.is_new, second.code, second.is_new) == (first.code, True, first.code, False)
    assert Voice.objects.filter(case__isnull=False).count() == 1


def test_what_is_missing_keeps_a_voice_from_arriving() -> None:
    voice = begin(VoiceBox.objects.get(), at=now())

    with pytest.raises(Incomplete):
        hand_in(voice, submit_key="k", viewer=ANONYMOUS, at=now())


def test_nothing_is_begun_at_a_box_that_is_shut() -> None:
    box = VoiceBox.objects.get()
    box.is_active = False

    with pytest.raises(BoxIsShut):
        begin(box, at=now())


def test_a_voice_is_seen_by_the_section_that_has_it_alone() -> None:
    (voice,) = handed_on()

    assert voice.case is not None
    assert voice.case.section.key == "doboku"
    assert voice_for(viewer("hashidate"), voice.case.key) is not None
    assert voice_for(viewer("kikuchi"), voice.case.key) is None
    assert not voices_for(ANONYMOUS).exists()


def test_a_voice_that_goes_to_another_section_leaves_its_theme() -> None:
    voice = said()
    assert voice.case is not None
    both: dict[str, Any] = {"viewer": viewer("kikuchi"), "at": now()}
    hand_on(voice, "koho", reason="まず見ます", revision=voice.case.revision, **both)
    held = again(voice)
    open_theme(held, **both)

    assert held.case is not None
    hand_on(again(voice), "doboku", reason="公園のことです", revision=held.case.revision, **both)

    assert again(voice).theme is None


def test_who_does_not_handle_the_section_moves_nothing() -> None:
    voice = said()
    assert voice.case is not None
    told: dict[str, Any] = {
        "reason": "理由",
        "revision": voice.case.revision,
        "viewer": viewer("hashidate"),
        "at": now(),
    }

    with pytest.raises(VoiceNotTheirs):
        hand_on(voice, "doboku", **told)
    with pytest.raises(VoiceNotTheirs):
        end(voice, "note", **told)
    with pytest.raises(VoiceNotTheirs):
        open_theme(voice, viewer=viewer("hashidate"), at=now())


def test_a_voice_that_needs_no_answer_ends_with_the_reason_for_which_it_is_not_published_either() -> None:
    voice = said()
    assert voice.case is not None

    end(voice, "note", reason="あいさつのため", revision=voice.case.revision, viewer=viewer("kikuchi"), at=now())

    ended = again(voice)
    assert ended.case is not None
    assert (ended.case.outcome, ended.publishing, ended.withheld_reason) == ("noted", "withheld", "あいさつのため")


def test_no_voice_is_ended_by_another_word() -> None:
    voice = said()
    assert voice.case is not None

    with pytest.raises(VoiceNotTheirs):
        end(voice, "answer", reason="x", revision=voice.case.revision, viewer=viewer("kikuchi"), at=now())


def test_several_voices_are_answered_at_once_by_what_was_decided() -> None:
    theme = answered("水飲み場がこわれています。", "公園で水が飲めません。")

    assert theme.state == Theme.State.ANSWERED
    for voice in theme.voices.all():
        found = again(voice)
        assert found.case is not None
        assert (found.case.outcome, [text for _letter, text in told_letters(found.case)]) == ("answered", [REPLY])
        assert found.settled_at is not None
    assert reply_of(theme) == REPLY
    assert FOLLOWER.step() == 0


def test_what_was_amended_on_its_way_is_what_goes_out() -> None:
    theme = written(*handed_on())
    clerk = viewer("hashidate")
    paper = propose(theme, revision=theme.revision, viewer=clerk, at=now())
    told: dict[str, Any] = {"title": "公園", "facts": {"changed": False}, "viewer": clerk, "at": now()}
    paper = amend(paper.pk, body="再来月に直します。", revision=paper.revision, **told)
    marking.decide(paper.pk, seat="doboku/kacho", revision=paper.revision, viewer=viewer("michishita"), at=now())

    FOLLOWER.step()

    assert reply_of(Theme.objects.get()) == "再来月に直します。"


def test_a_dropped_paper_sends_its_cases_back_to_be_answered_again() -> None:
    theme = written(*handed_on())
    paper = propose(theme, revision=theme.revision, viewer=viewer("hashidate"), at=now())
    told: dict[str, Any] = {"comment": "数字を確かめます", "viewer": viewer("michishita"), "at": now()}
    marking.drop(paper.pk, seat="doboku/kacho", revision=paper.revision, **told)

    FOLLOWER.step()

    theme.refresh_from_db()
    voice = again(theme.voices.get())
    assert voice.case is not None
    assert (theme.state, theme.decision, voice.case.state) == (Theme.State.WRITING, None, "considering")
    decided(theme)
    assert FOLLOWER.step() == 2


def test_a_decider_sees_how_many_asked_and_what_everybody_will_read() -> None:
    theme = written(*handed_on())

    shown = ThemeShown().show(viewer("michishita"), str(theme.key))

    assert shown is not None
    assert shown.title == "公園の水飲み場"
    assert dict(shown.pairs)["声の数"] == "1"
    assert dict(shown.pairs)["市の考え方"] == "来月に直します。"
    assert shown.address
    assert ThemeShown().show(viewer("kusano"), str(theme.key)).address == ""  # type: ignore[union-attr]
    assert ThemeShown().show(viewer("kusano"), "00000000-0000-0000-0000-000000000000") is None


def test_whoever_left_an_address_is_told_and_gets_a_letter() -> None:
    voice = said(name=NAME, address={"postal_code": [""], **ADDRESS}, mail={"": ["nagisa@example.jp"]})
    assert voice.case is not None
    told: dict[str, Any] = {"revision": voice.case.revision, "viewer": viewer("kikuchi"), "at": now()}
    hand_on(voice, "doboku", reason="公園", **told)
    decided(written(again(voice)))
    FOLLOWER.step()

    first, second = ordered(voice), ordered(voice)

    assert first == second
    assert [document.title for document in documents_of(again(voice))] == ["市民の声への回答"]
    assert Letter.objects.filter(key__startswith="voices:").count() == 1


def test_who_left_nothing_is_told_nothing() -> None:
    voice = answered().voices.get()

    assert ordered(voice) == [{}, {"told": False}]
    assert documents_of(again(voice)) == []
    assert not Letter.objects.exists()


@pytest.mark.parametrize("place", ["title", "summary", "view"])
@pytest.mark.parametrize("text", ["汐入さんの話", "電話は022-261-1111です", "nagisa@example.jp へ"])
def test_a_text_for_everybody_that_tells_who_wrote_is_refused_where_it_stands(place: str, text: str) -> None:
    voice = said(name=NAME)
    assert voice.case is not None
    told: dict[str, Any] = {"revision": voice.case.revision, "viewer": viewer("kikuchi"), "at": now()}
    hand_on(voice, "doboku", reason="公園", **told)
    texts = {**TEXTS, place: {"ja": "ほかの文", "en": text}}

    with pytest.raises(TellsWhoWrote) as refused:
        written(again(voice), texts=texts)

    assert refused.value.field == f"{place}_en"


def test_an_excerpt_that_tells_who_wrote_is_refused_too() -> None:
    (voice,) = handed_on()
    clerk = viewer("hashidate")
    theme = open_theme(voice, viewer=clerk, at=now())
    texts = Texts(reply=REPLY, excerpts={voice.pk: "電話 090-1234-5678"}, **TEXTS)

    with pytest.raises(TellsWhoWrote) as refused:
        write(theme, texts, revision=1, viewer=clerk, at=now())

    assert refused.value.field == f"excerpt_{voice.pk}"


def test_two_people_do_not_write_over_each_other() -> None:
    theme = written(*handed_on())

    with pytest.raises(WrittenElsewhere):
        write(theme, Texts(reply="x", title={}), revision=1, viewer=viewer("michishita"), at=now())
    with pytest.raises(WrittenElsewhere):
        propose(theme, revision=1, viewer=viewer("hashidate"), at=now())


def test_a_theme_without_a_reply_is_not_put_to_decision() -> None:
    (voice,) = handed_on()
    theme = open_theme(voice, viewer=viewer("hashidate"), at=now())

    with pytest.raises(NothingToDecide):
        propose(theme, revision=1, viewer=viewer("hashidate"), at=now())


def test_a_theme_put_to_decision_is_shut_for_texts_and_voices_and_the_database_holds_it() -> None:
    first, second = handed_on("一つ目です。", "二つ目です。")
    theme = written(first)
    clerk = viewer("hashidate")
    paper = propose(theme, revision=theme.revision, viewer=clerk, at=now())

    assert propose(theme, revision=theme.revision, viewer=clerk, at=now()) == paper
    with pytest.raises(ThemeIsShut):
        propose(theme, revision=theme.revision, viewer=viewer("michishita"), at=now())
    with pytest.raises(ThemeIsShut):
        write(theme, Texts(reply="x", title={}), revision=theme.revision, viewer=clerk, at=now())
    with pytest.raises(ThemeIsShut):
        join(second, theme, viewer=clerk)
    with pytest.raises(NotInOneTheme):
        leave(first, viewer=clerk)
    with pytest.raises(DatabaseError, match="not changed"), transaction.atomic():
        Theme.objects.filter(pk=theme.pk).update(view={"ja": "ほかの考え"})


def test_voices_join_and_leave_a_theme_while_it_is_written() -> None:
    first, second = handed_on("一つ目です。", "二つ目です。")
    clerk = viewer("hashidate")
    theme = open_theme(first, viewer=clerk, at=now())

    join(second, theme, viewer=clerk)
    assert theme.voices.count() == 2
    assert open_theme(again(second), viewer=clerk, at=now()) == theme
    leave(again(second), viewer=clerk)
    leave(again(second), viewer=clerk)

    assert [voice.pk for voice in theme.voices.all()] == [first.pk]


def test_a_voice_that_another_section_has_does_not_join() -> None:
    first, second = handed_on("一つ目です。", "二つ目です。")
    assert second.case is not None
    theme = open_theme(first, viewer=viewer("hashidate"), at=now())
    second.case.section_id = VoiceBox.objects.get().section_id
    second.case.save()

    both = replace(viewer("kikuchi"), grants=viewer("kikuchi").grants | viewer("hashidate").grants)

    with pytest.raises(NotInOneTheme):
        join(second, theme, viewer=both)


def test_a_second_person_publishes_what_the_writer_agreed_to_and_nothing_else() -> None:
    silent, open_ = handed_on("黙っていてください。", publish="no")[0], handed_on("公園です。")[0]
    theme = written(open_, silent)
    decided(theme)
    FOLLOWER.step()
    theme.refresh_from_db()
    assert list(undecided(viewer("michishita"))) == [theme]

    with pytest.raises(NeedsAnother):
        publish(theme, viewer=viewer("hashidate"), at=now())
    publish(theme, viewer=viewer("michishita"), at=now())
    publish(theme, viewer=viewer("michishita"), at=now())

    (found,) = published_themes()
    assert found.published is not None
    assert [each["text"] for each in found.published["voices"]] == [EXCERPT]
    assert "黙っていて" not in str(found.published)
    assert again(open_).publishing == "shown"
    assert (again(silent).publishing, again(silent).withheld_reason) == ("withheld", "本人が公表を望まないため")
    with pytest.raises(PublishedAlready):
        withhold(theme, "やめる", viewer=viewer("michishita"))


def test_the_database_lets_nobody_publish_their_own_words() -> None:
    theme = answered()
    theme.published, theme.published_at, theme.published_by = {"voices": []}, now(), theme.written_by

    with pytest.raises(IntegrityError, match="theme_is_published_by_another"):
        theme.save()


def test_nothing_is_published_before_the_answer_or_without_consent() -> None:
    theme = written(*handed_on())
    with pytest.raises(NothingToPublish):
        publish(theme, viewer=viewer("michishita"), at=now())
    with pytest.raises(NothingToPublish):
        withhold(theme, "まだ", viewer=viewer("michishita"))
    with pytest.raises(VoiceNotTheirs):
        publish(theme, viewer=viewer("kusano"), at=now())

    silent = answered("だまっていてください。", public="no")
    with pytest.raises(NothingToPublish):
        publish(silent, viewer=viewer("michishita"), at=now())


def test_what_is_held_back_says_why_for_each_voice() -> None:
    theme = answered()

    with pytest.raises(ReasonForWithholding):
        withhold(theme, "  ", viewer=viewer("michishita"))
    withhold(theme, "個別の事情のため", viewer=viewer("michishita"))
    withhold(theme, "個別の事情のため", viewer=viewer("michishita"))

    voice = again(theme.voices.get())
    assert (voice.publishing, voice.withheld_reason) == ("withheld", "個別の事情のため")
    with pytest.raises(PublishedAlready):
        withhold(theme, "ほかの理由", viewer=viewer("michishita"))
    with pytest.raises(PublishedAlready):
        publish(theme, viewer=viewer("michishita"), at=now())


def test_every_voice_ends_with_a_word_on_publishing() -> None:
    theme = answered("一つ目です。", "二つ目です。")
    silent = Voice.objects.filter(theme=theme).first()
    assert silent is not None
    Voice.objects.filter(pk=silent.pk).update(excerpt=None)

    publish(theme, viewer=viewer("michishita"), at=now())

    assert set(Voice.objects.values_list("publishing", flat=True)) == {"shown", "withheld"}
    assert again(silent).withheld_reason == "公表する要旨がないため"


def test_consent_taken_back_takes_the_words_off_the_page_at_once() -> None:
    theme = answered("一つ目です。", "二つ目です。")
    publish(theme, viewer=viewer("michishita"), at=now())
    first, second = theme.voices.all()

    take_back_consent(first, by="resident")
    take_back_consent(again(first), by="resident")

    (found,) = published_themes()
    assert [each["voice"] for each in (found.published or {})["voices"]] == [second.pk]
    take_back_consent(second, by="resident")
    assert not published_themes().exists()
    assert Theme.objects.get().withheld_reason == "本人が公表を望まないため"


def test_consent_taken_back_before_publishing_keeps_a_voice_out() -> None:
    theme = answered("一つ目です。", "二つ目です。")
    first, second = theme.voices.all()

    take_back_consent(first, by="resident")
    publish(theme, viewer=viewer("michishita"), at=now())

    assert [each["voice"] for each in (published_themes().get().published or {})["voices"]] == [second.pk]


def test_a_theme_dies_with_its_reply_and_its_paper_and_what_was_published_stays() -> None:
    theme = answered()
    publish(theme, viewer=viewer("michishita"), at=now())
    paper = Theme.objects.get().decision_id
    held = Theme.objects.get().custody

    known = shredders_for(held.target_type)
    targets = [target for each in known for target in each.targets(held.target_type, held.target_key)]
    gone = [row.model for each in known for row in each.shred(held.target_type, held.target_key) if row.ids]
    connection.check_constraints()

    assert ("voices.theme", str(theme.pk)) in targets
    assert ("decisions.decision", str(paper)) in targets
    assert {"voices.Theme", "decisions.Decision"} <= set(gone)
    assert Theme.objects.get().reply is None
    assert published_themes().count() == 1
    assert [row for each in known for row in each.shred(held.target_type, held.target_key) if row.ids] == []


def test_loading_the_city_again_changes_nothing(tmp_path: Any) -> None:
    report = LoadReport(SAMPLE_CITY)
    BoxesPart().load(SAMPLE_CITY, report)

    assert not report.faults
    assert VoiceBox.objects.get().form.versions.count() == 1
    assert VoiceBox.objects.get().flow.versions.count() == 1


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('section = "koho"', 'section = "nowhere"', "「nowhere」というキーはありません。"),
        ('route = "answers"', 'route = "spending"', "amount"),
        ('route = "answers"', 'route = "nowhere"', "「nowhere」というキーはありません。"),
        ('body = "body"', 'body = "text"', "usesには"),
        ('key = "refer"', 'key = "elsewhere"', "refer"),
        ('begins = "received"', 'begins = "nowhere"', "nowhere"),
        ('kind = "paperwork.yes-no"', 'kind = "paperwork.unknown"', "form"),
    ],
)
def test_what_does_not_fit_in_the_file_is_told_and_nothing_is_stored(
    tmp_path: Any, before: str, after: str, says: str
) -> None:
    VoiceBox.objects.update(is_active=False)
    text = (SAMPLE_CITY / "voices.toml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "voices.toml").write_text(text.replace(before, after), encoding="utf-8")
    report = LoadReport(tmp_path)

    BoxesPart().load(tmp_path, report)

    assert any(says in str(fault) for fault in report.faults), [str(fault) for fault in report.faults]
    assert not VoiceBox.objects.get().is_active


def test_a_box_that_is_gone_from_the_file_is_shut_and_keeps_its_voices(tmp_path: Any) -> None:
    voice = said()
    (tmp_path / "voices.toml").write_text("boxes = []\n", encoding="utf-8")

    BoxesPart().load(tmp_path, LoadReport(tmp_path))

    assert not VoiceBox.objects.get().is_active
    assert body_of(voice) == BODY


def test_a_writer_who_takes_it_back_gets_no_answer_though_the_others_do() -> None:
    first, second = handed_on("一つ目です。", "二つ目です。")
    theme = written(first, second)
    propose(theme, revision=theme.revision, viewer=viewer("hashidate"), at=now())
    going = again(second)
    assert going.case is not None
    told: dict[str, Any] = {"revision": going.case.revision, "viewer": viewer("hashidate"), "at": now()}
    end(going, "withdraw", reason="本人の申出", **told)
    paper = Theme.objects.get().decision
    assert paper is not None
    marking.decide(paper.pk, seat="doboku/kacho", revision=paper.revision, viewer=viewer("michishita"), at=now())

    FOLLOWER.step()

    assert [again(voice).case.outcome for voice in (first, second)] == ["answered", "withdrawn"]  # type: ignore[union-attr]
    assert told_letters(again(second).case) == []  # type: ignore[arg-type]
