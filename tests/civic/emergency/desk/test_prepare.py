"""From a telegram to a prepared draft."""

from datetime import timedelta

import pytest

from tests.civic.emergency.desk.conftest import NIGHT
from todoke.civic.emergency.actions.deciding import approve, submit
from todoke.civic.emergency.actions.drafts import Changes, edit_draft
from todoke.civic.emergency.actions.prepare import prepare_waiting, take_over
from todoke.civic.emergency.models import Draft, DraftState, Incident, Telegram
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import EditionKind, Mode

pytestmark = pytest.mark.django_db

RAIN_4 = ("43", "レベル４大雨危険警報")
RAIN_3 = ("03", "レベル３大雨警報")
RAIN_2 = ("10", "レベル２大雨注意報")
NOTHING = ("", "")
FUKUI, SAKAI = "1820100", "1821000"


def areas_of(draft):
    return {row.area.name: (row.level, row.notice) for row in draft.areas.select_related("area")}


def release(desk, draft, at=NIGHT):
    draft.refresh_from_db()
    submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=at)
    return approve(draft.pk, revision=draft.revision, viewer=desk.approver, at=at)


def at_minute(made, minute, kinds, **more):
    return made(
        kinds=kinds, report_time=f"2026-11-21T02:{minute:02}:00+09:00", issued=f"2026-11-20T17:{minute:02}:05Z", **more
    )


def test_the_real_telegram_of_fukui_prepares_each_city_at_its_own_level(desk, arrive, fukui):
    arrive(fukui)

    assert prepare_waiting(NIGHT) == 1

    draft = Draft.objects.get()
    assert areas_of(draft) == {
        "福井市": (5, "大雨特別警報"),
        "坂井市": (4, "大雨危険警報"),
        "鯖江市": (3, "大雨警報"),
        "越前市": (2, "大雨注意報"),
    }
    assert draft.title == "警戒レベル5 大雨特別警報 福井市"
    assert draft.texts["ja"]["short"].startswith("警戒レベル5 大雨特別警報。福井市。")
    assert "警戒レベル4 大雨危険警報：坂井市" in draft.texts["ja"]["body"]
    assert set(draft.texts) == {"ja", "ja-easy", "en"}
    assert draft.mode == Mode.ACTUAL
    assert draft.author is None


def test_the_same_telegram_prepares_once(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))

    assert prepare_waiting(NIGHT) == 1
    assert prepare_waiting(NIGHT) == 0

    assert Draft.objects.count() == 1
    assert Telegram.objects.get().preparation == Telegram.Preparation.DONE


def test_a_second_telegram_updates_a_draft_that_nobody_has_touched(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_3}))
    prepare_waiting(NIGHT)

    arrive(at_minute(made, 10, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)

    draft = Draft.objects.get()
    assert areas_of(draft) == {"福井市": (4, "大雨危険警報")}
    assert draft.revision == 2


def test_a_draft_under_somebodys_hands_is_kept_and_the_new_telegram_is_shown(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_3}))
    prepare_waiting(NIGHT)
    draft = Draft.objects.get()
    changes = Changes(texts={**draft.texts, "ja": {**draft.texts["ja"], "body": "私が書いた文。"}},
                      areas={"m0": (3, False)}, expires_at=draft.expires_at)  # fmt: skip
    edit_draft(draft.pk, changes, revision=1, viewer=desk.writer, at=NIGHT)

    newer = arrive(at_minute(made, 10, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)

    draft.refresh_from_db()
    assert draft.texts["ja"]["body"] == "私が書いた文。"
    assert draft.newer_telegram == newer

    take_over(draft.pk, viewer=desk.writer, at=NIGHT)

    draft.refresh_from_db()
    assert draft.newer_telegram is None
    assert areas_of(draft) == {"福井市": (4, "大雨危険警報")}
    assert draft.last_editor_id == desk.writer.account_id


def test_a_telegram_after_the_release_prepares_an_update_with_what_is_lifted(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4, SAKAI: RAIN_2}))
    prepare_waiting(NIGHT)
    first = release(desk, Draft.objects.get())

    arrive(at_minute(made, 10, {FUKUI: RAIN_3, SAKAI: NOTHING}))
    prepare_waiting(NIGHT + timedelta(minutes=10))

    draft = Draft.objects.exclude(edition=first).get()
    assert draft.message == first.message
    assert (draft.edition_kind, draft.after_number) == (EditionKind.UPDATE, 1)
    assert areas_of(draft) == {"福井市": (3, "大雨警報"), "坂井市": (None, "解除")}


def test_nothing_is_prepared_where_nothing_changes(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)
    release(desk, Draft.objects.get())

    arrive(at_minute(made, 10, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT + timedelta(minutes=10))

    assert Draft.objects.count() == 1


def test_a_lifted_warning_prepares_an_update_that_says_what_is_lifted(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)
    first = release(desk, Draft.objects.get())

    arrive(at_minute(made, 10, {FUKUI: NOTHING}))
    prepare_waiting(NIGHT + timedelta(minutes=10))

    draft = Draft.objects.exclude(edition=first).get()
    assert draft.edition_kind == EditionKind.UPDATE
    assert areas_of(draft) == {"福井市": (None, "解除")}
    assert "福井市の警戒レベル4 大雨危険警報は、解除されました。" in draft.texts["ja"]["body"]
    edition = release(desk, draft, NIGHT + timedelta(minutes=11))
    assert edition.content["level"] is None
    assert edition.content["cap"]["response_type"] == "AllClear"


def test_a_correction_of_the_office_prepares_a_correction(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)
    first = release(desk, Draft.objects.get())

    arrive(at_minute(made, 0, {FUKUI: RAIN_3}, info_type="訂正"))
    prepare_waiting(NIGHT + timedelta(minutes=10))

    draft = Draft.objects.exclude(edition=first).get()
    assert draft.edition_kind == EditionKind.CORRECTION
    assert draft.note == "発表官署が電文を訂正したため。"


def test_a_cancelled_telegram_prepares_a_cancellation_that_takes_the_words_back(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))
    prepare_waiting(NIGHT)
    first = release(desk, Draft.objects.get())

    arrive(at_minute(made, 0, {FUKUI: RAIN_4}, info_type="取消"))
    prepare_waiting(NIGHT + timedelta(minutes=10))

    draft = Draft.objects.exclude(edition=first).get()
    assert draft.edition_kind == EditionKind.CANCEL
    assert areas_of(draft) == {"福井市": (4, "大雨危険警報")}
    assert draft.texts["ja"]["title"] == first.content["wordings"][0]["title"]
    assert "を取り消します" in draft.texts["ja"]["body"]
    assert first.content["wordings"][0]["body"] not in draft.texts["ja"]["body"]


def test_a_warning_lifted_before_anybody_sent_it_drops_the_draft(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_2}))
    prepare_waiting(NIGHT)

    arrive(at_minute(made, 10, {FUKUI: NOTHING}))
    prepare_waiting(NIGHT)

    assert Draft.objects.get().state == DraftState.DISCARDED


def test_an_exercise_stays_an_exercise_to_the_last_destination(desk, arrive, made, places):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}, status="訓練"))
    prepare_waiting(NIGHT)

    draft = Draft.objects.get()
    edition = release(desk, draft)

    assert (draft.mode, draft.incident.mode, edition.mode) == (Mode.EXERCISE,) * 3
    reached = set(Delivery.objects.values_list("destination__key", flat=True))
    assert reached == {"simulator", "staff-in"}


def test_an_exercise_and_the_real_thing_never_share_an_incident(desk, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}, status="訓練"))
    arrive(at_minute(made, 1, {FUKUI: RAIN_4}))

    prepare_waiting(NIGHT)

    assert {(incident.mode, incident.drafts.get().mode) for incident in Incident.objects.all()} == {
        ("actual", "actual"),
        ("exercise", "exercise"),
    }


def test_a_place_elsewhere_prepares_nothing(desk, arrive, made):
    arrive(at_minute(made, 0, {"0120100": RAIN_4}))

    assert prepare_waiting(NIGHT) == 0
    assert not Draft.objects.exists()


def test_without_templates_the_headline_stands_in(city, places, officers, arrive, made):
    arrive(at_minute(made, 0, {FUKUI: RAIN_4}))

    prepare_waiting(NIGHT)

    assert Draft.objects.get().texts["ja"] == {"title": "見本県警報", "body": "見本です。", "short": "見本です。"}


def test_one_telegrams_trouble_does_not_keep_the_next_one_waiting(desk, arrive, made, monkeypatch):
    from todoke.civic.emergency.actions import prepare

    first = arrive(at_minute(made, 0, {FUKUI: RAIN_4}))
    arrive(at_minute(made, 0, {SAKAI: RAIN_4}, office="別の気象台"))
    whole = prepare.prepare_from
    monkeypatch.setattr(prepare, "prepare_from", lambda pk, at: 1 / 0 if pk == first.pk else whole(pk, at))

    assert prepare_waiting(NIGHT) == 1

    first.refresh_from_db()
    assert first.preparation == Telegram.Preparation.WAITING
