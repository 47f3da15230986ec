"""A procedure as a document: what is believed of a file, and what is told about it."""

import pytest

from tests.civic.procedures.samples import stall
from todoke.civic.procedures.document import BrokenProcedure, read_procedure
from todoke.civic.procedures.types import Handling, Instead, Proxy
from todoke.ground.people.rules import Level
from todoke.shared.paperwork.models import Channel


def faults_of(**changes):
    with pytest.raises(BrokenProcedure) as broken:
        read_procedure(stall(**changes))
    return [fault.where for fault in broken.value.faults]


def test_a_sound_file_is_read_whole():
    document = read_procedure(stall())

    assert document.key == "stall"
    assert document.name.say("en") == "A stall"
    assert document.channels == (Channel.WEB, Channel.COUNTER)
    assert document.level is Level.NONE
    assert document.proxies == (Proxy.CHOSEN,)
    assert document.standard_days == 10
    assert document.addressee == ("applicant.name",)
    paper = document.attachment("plan")
    assert paper is not None
    assert (paper.handling, paper.instead) == (Handling.KEEP, Instead.HELD)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"todoke-procedure": 2}, [""]),
        ({"key": "Stall"}, ["key"]),
        ({"name": {"en": "A stall"}}, ["name"]),
        ({"channels": []}, ["channels"]),
        ({"channels": ["fax"]}, ["channels"]),
        ({"level": "certain"}, ["level"]),
        ({"audience": "cats"}, ["audience"]),
        ({"standard_days": 0}, ["standard_days"]),
        ({"standard_days": True}, ["standard_days"]),
        ({"basis": " "}, ["basis"]),
        ({"wheel": 1}, ["wheel"]),
        ({"conditions": ["x"]}, ["conditions.0"]),
        ({"letters": {"granted": {"letter": "a", "facts": {"x": "nobody"}}}}, ["letters.granted.facts.x"]),
        ({"addressee": ["nobody"]}, ["addressee"]),
        ({"fee": 300}, ["fee"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(changes, where):
    assert faults_of(**changes) == where


def test_a_paper_that_may_be_left_out_says_on_what_ground():
    paper = {**stall()["attachments"][0], "instead_basis": ""}

    assert faults_of(attachments=[paper]) == ["attachments.0"]


def test_a_paper_asks_in_a_question_of_the_form():
    paper = {**stall()["attachments"][0], "question": "photo"}

    assert faults_of(attachments=[paper]) == ["attachments.0.question"]


def test_a_test_without_an_expectation_tests_nothing():
    test = {"name": "空", "on": "2026-06-01", "typed": {}, "expects": {}}

    assert faults_of(tests=[test]) == ["tests.0"]


def test_the_faults_of_the_form_come_with_their_place():
    form = {**stall()["form"], "pages": [{"key": "P", "title": {"ja": "P"}, "questions": []}]}

    assert "form.pages.0" in faults_of(form=form, attachments=[], conditions=[], fee=None, addressee=[])
