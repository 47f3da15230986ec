"""How an edition looks on every channel: in which order, in which frame, and what became of a person's own text."""

from dataclasses import replace

import pytest
from django.template import Context, Template

from tests.shared.messaging.editions import WORDINGS, content, edition
from todoke.shared.messaging.channels.mendable import text_to_mend, trouble_with_own
from todoke.shared.messaging.channels.registers import in_register
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.queries import renderings as queries
from todoke.shared.messaging.queries.renderings import Rendering, renderings_of, without_own
from todoke.shared.messaging.registry import (
    AreaGrain,
    ChannelFacts,
    DrillWay,
    Looks,
    ReceiptKind,
    Withdrawal,
    channels,
)
from todoke.shared.messaging.types import Mode, Never, Parcel, Register

OWN = "警戒レベル4避難指示。川岸地区。いますぐ高い所へ。"
LOOKS_OF_CHANNELS = {
    "lalert.urgent-mail": Looks.TELEPHONE,
    "messaging.line": Looks.TELEPHONE,
    "messaging.line-each": Looks.TELEPHONE,
    "messaging.push-each": Looks.TELEPHONE,
    "messaging.board": Looks.BOARD,
    "fax.line": Looks.SHEET,
    "paper.courier": Looks.SHEET,
    "social.x": Looks.POST,
    "social.mastodon": Looks.POST,
    "social.facebook": Looks.POST,
    "social.apprise": Looks.POST,
    "loudspeakers.units": Looks.SOUND,
    "pages.site": Looks.PAGE,
    "notices.page": Looks.PAGE,
}


class RegisterChannel:
    """A channel that says one register, or nothing at all."""

    def __init__(self, key, register=None, *, looks=Looks.TEXT, grain=AreaGrain.CITY):
        self.key = key
        self.register = register
        self.facts = ChannelFacts(
            key,
            grain,
            Withdrawal.NOTICE,
            ReceiptKind.ACCEPTED,
            DrillWay.BESIDE,
            None,
            looks=looks,
            registers=(register,) if register else (),
        )

    def prepare(self, edition, address):
        if self.register is None:
            raise Never("だめです。")
        said = in_register(edition, address.language, self.register)
        return Parcel(said.text.encode(), said.text, left_out=said.left_out)


@pytest.fixture
def known(monkeypatch):
    """`known(channel, …)`: there are only these channels."""

    def only(*those):
        by_key = {one.key: one for one in those}
        monkeypatch.setattr(queries, "channels", type("Known", (), {"find": staticmethod(by_key.get)}))

    return only


def at(channel, language="ja", name="駅前"):
    return Destination(key=f"{channel}-{language}-{name}", channel=channel, name=name, address="x", language=language)


def with_own(register, text, language="ja", **changed):
    wordings = tuple(
        replace(one, registers={register.value: text}) if one.language == language else one for one in WORDINGS
    )
    return edition(content=content(wordings=wordings), **changed)


def test_every_channel_that_has_a_frame_of_its_own_names_it():
    found = {key: channels.find(key).facts.looks for key in LOOKS_OF_CHANNELS}

    assert found == LOOKS_OF_CHANNELS
    assert channels.find("messaging.mail").facts.looks is Looks.TEXT
    assert [one.key for one in channels if one.facts.says_short] == ["messaging.push-each"]


def test_places_of_one_channel_and_language_stand_together_and_machines_come_last(known):
    known(
        RegisterChannel("a.data", Register.POST, grain=AreaGrain.POLYGON),
        RegisterChannel("b.mail", Register.POST),
        RegisterChannel("c.board", Register.BOARD, looks=Looks.BOARD),
    )
    places = [at("a.data"), at("b.mail", "en"), at("b.mail"), at("b.mail", name="港"), at("c.board")]

    shown = renderings_of(edition(), places)

    assert [(one.channel, one.language, one.places) for one in shown] == [
        ("c.board", "ja", ("駅前",)),
        ("b.mail", "ja", ("駅前", "港")),
        ("b.mail", "en", ("駅前",)),
        ("a.data", "ja", ("駅前",)),
    ]


def test_behind_an_audience_there_are_readers_of_every_language_of_the_edition(known, monkeypatch):
    known(RegisterChannel("b.mail", Register.POST))
    monkeypatch.setattr(
        queries, "audiences", type("Known", (), {"find": staticmethod({"tests.everybody": "an audience"}.get)})
    )
    everybody = Destination(key="all", channel="b.mail", name="登録者", address="tests.everybody", language="ja")

    shown = renderings_of(edition(), [everybody])

    assert [one.language for one in shown] == ["ja", "ja-easy", "en"]
    assert len({one.text for one in shown}) == 3


def test_a_channel_that_cannot_or_is_gone_says_so_in_its_place(known):
    known(RegisterChannel("b.mute"))

    gone, mute = renderings_of(edition(), [at("b.mute"), at("a.gone")])

    assert mute.trouble == "だめです。"
    assert gone.trouble == "この経路は、いま使えません。"


def test_a_persons_own_text_is_said_and_is_told_to_be(known):
    known(RegisterChannel("c.board", Register.BOARD))

    (shown,) = renderings_of(with_own(Register.BOARD, OWN), [at("c.board")])

    assert shown.text == OWN
    assert [(one.register, one.is_used, one.trouble) for one in shown.own] == [(Register.BOARD, True, "")]


def test_a_text_that_says_just_what_is_made_is_used_too(known):
    known(RegisterChannel("c.board", Register.BOARD))
    made = in_register(edition(), "ja", Register.BOARD).text

    (shown,) = renderings_of(with_own(Register.BOARD, made), [at("c.board")])

    assert shown.own[0].is_used


@pytest.mark.parametrize(
    ("register", "text", "reason"),
    [
        (Register.BOARD, OWN + "あ" * 40, "50文字を超える"),
        (Register.BOARD, "川岸地区の人は逃げてください。", "レベルの数字か名称がない"),
        (Register.BOARD, "警戒レベル4避難指示。逃げてください。", "対象地域がない"),
        (Register.URGENT, OWN + "https://city.example.jp/", "URLがある"),
    ],
)
def test_a_text_that_breaks_a_rule_is_not_used_and_the_reason_is_told(known, register, text, reason):
    known(RegisterChannel("c.board", register))

    (shown,) = renderings_of(with_own(register, text), [at("c.board")])

    assert not shown.own[0].is_used
    assert reason in shown.own[0].trouble
    assert shown.text == in_register(edition(), "ja", register).text


def test_a_text_in_a_language_in_which_the_edition_does_not_speak_belongs_to_nobody(known):
    known(RegisterChannel("c.board", Register.BOARD))

    (shown,) = renderings_of(with_own(Register.BOARD, OWN), [at("c.board", "vi")])

    assert shown.own == ()


def test_without_ones_own_text_everything_else_stays():
    said = with_own(Register.BOARD, OWN)

    assert without_own(said, "ja", Register.BOARD).content.wording("ja").said_in(Register.BOARD) == ""
    assert without_own(said, "en", Register.BOARD) == said
    assert without_own(said, "ja", Register.POST) == said


@pytest.mark.parametrize("register", list(Register))
@pytest.mark.parametrize("mode", [Mode.ACTUAL, Mode.EXERCISE])
def test_whoever_mends_begins_with_what_is_said_and_without_the_marks(register, mode):
    begun = text_to_mend(edition(mode=mode), "ja", register)

    assert not begun.startswith(("【訓練】", "訓練"))
    assert "避難" in begun


def test_what_was_begun_with_is_a_text_that_is_taken():
    for register in (Register.BOARD, Register.POST, Register.URGENT, Register.URGENT_TITLE, Register.SPEECH):
        said = with_own(register, text_to_mend(edition(), "ja", register))

        assert trouble_with_own(said, edition(), "ja", register) == "", register


# ---- the frames ----


def drawn(looks, **changed):
    facts = {"title": "警戒レベル4 避難指示", "text": "警戒レベル4 避難指示\n川岸地区\nA<b>B", "looks": looks}
    shown = Rendering("見本の経路", "ja-easy", ("駅前", "港"), **{**facts, **changed})
    page = Template("{% load renderings %}{% reader_frame shown level=4 word='避難指示' sound='/a.wav' %}")
    return page.render(Context({"shown": shown}))


@pytest.mark.parametrize("looks", list(Looks))
def test_every_frame_shows_the_whole_text_escaped_and_in_its_language(looks):
    html = drawn(looks)

    assert f'frame--{looks.value}"' in html
    assert 'lang="ja' in html
    assert "川岸地区" in html
    assert "A&lt;b&gt;B" in html
    assert "style=" not in html
    assert html.count("警戒レベル4 避難指示") == 1


def test_only_a_broadcast_can_be_played_and_a_house_without_a_voice_says_so():
    assert '<audio controls preload="none" src="/a.wav"' in drawn(Looks.SOUND)
    assert 'href="/a.wav"' in drawn(Looks.SOUND)
    assert all("<audio" not in drawn(looks) for looks in Looks if looks is not Looks.SOUND)

    shown = Rendering("屋外スピーカー", "ja", ("駅前",), text="避難開始。", looks=Looks.SOUND)
    page = Template("{% load renderings %}{% reader_frame shown sound='/a.wav' speechless='声がありません。' %}")
    silent = page.render(Context({"shown": shown}))

    assert "<audio" not in silent
    assert "声がありません。" in silent
    assert "避難開始。" in silent


def test_a_page_of_the_web_shows_number_word_and_colour_of_the_level_together():
    html = drawn(Looks.PAGE)

    assert "level-mark--4" in html
    assert '<span class="level-mark__word">避難指示</span>' in html
