"""The reading script: a mail for a voice that is not ours."""

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from tests.shared.messaging.editions import content, edition
from todoke.shared.loudspeakers.channels.reading_script import ReadingScriptChannel, script_text
from todoke.shared.messaging.channels.mail_server import MailServer
from todoke.shared.messaging.types import Address, AreaMark, EditionKind, Mode

STUDIO = Address("fm", "エフエム", "bangumi@fm.example.jp")
AREA = AreaMark(key="y", name="閖上地区", reading="ゆりあげちく", level=4, notice="避難指示")


@pytest.fixture
def channel():
    server = MailServer(host="127.0.0.1", port=9)
    return ReadingScriptChannel(
        server=server, simulator=server, sender="bousai@city.example.jp", site="https://city.example.jp"
    )


def test_places_carry_their_readings_and_pauses_are_marked():
    text = script_text(edition(content=content(areas=(AREA,))))

    assert "閖上地区（ゆりあげちく）に、警戒レベル4、避難指示を発令しました。 ／" in text
    assert "〔この原稿を2回読んでください〕" in text
    assert "避難指示・緊急安全確保" in text


def test_a_shelter_carries_its_reading_where_the_edition_brings_it_along():
    said = content(
        areas=(), level=None, facts={"kind": "shelter", "readings": '{"澄瀬小学校": "すみせしょうがっこう"}'}
    )
    wording = replace(said.wordings[0], body="避難所：澄瀬小学校", registers={"speech": "澄瀬小学校をひらきました。"})

    text = script_text(edition(content=replace(said, wordings=(wording,))))

    assert "澄瀬小学校（すみせしょうがっこう）をひらきました。" in text


def test_the_studio_gets_a_mail_that_is_always_the_same(channel):
    first, second = (channel.prepare(edition(), STUDIO) for _time in range(2))
    mail = message_from_bytes(first.body, policy=policy.default)

    assert first == second
    assert mail["To"] == "bangumi@fm.example.jp"
    assert mail.get_content().replace("\r\n", "\n").strip() == first.preview.strip()


@pytest.mark.parametrize("kind", list(EditionKind))
def test_a_drill_is_marked_in_subject_and_script(channel, kind):
    parcel = channel.prepare(edition(mode=Mode.EXERCISE, kind=kind, note="訓練"), STUDIO)

    assert parcel.title.startswith("【訓練】")
    assert parcel.preview.startswith("【訓練】")
    assert "\n訓練、訓練。\n" in parcel.preview


def test_a_cancellation_never_repeats_the_order(channel):
    assert "避難してください" not in channel.prepare(edition(2, EditionKind.CANCEL, note="誤り"), STUDIO).preview
