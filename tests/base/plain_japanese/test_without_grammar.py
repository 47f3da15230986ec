import pytest

from todoke.base.plain_japanese import Rule, findings, morphology, note, with_readings


@pytest.fixture
def no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morphology, "_dictionary", lambda: None)


def test_the_other_rules_are_still_asked_and_a_note_says_so(no_packages: None) -> None:
    rules = {each.rule for each in findings("令和8年に 避難所で 読ませられました。")}

    assert rules == {Rule.ERA_YEAR, Rule.HARD_WORD, Rule.READING}
    assert "SudachiPy" in note()


def test_what_nobody_can_read_is_said_to_be_unread(no_packages: None) -> None:
    (finding,) = findings("山です。")

    assert (finding.rule, finding.where, finding.replacement) == (Rule.READING, (0, 1), None)
    assert with_readings("山です。避難所です。") == "山です。避難所（ひなんじょ）です。"


def test_with_the_packages_there_is_nothing_to_note() -> None:
    assert note() == ""
