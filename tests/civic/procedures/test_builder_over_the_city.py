"""The procedures that the sample city brings, opened in the builder: whatever they hold, nothing breaks or is lost."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from tests.civic.procedures.conftest import PARTS
from tests.sign_in import make_staff, sign_in
from tests.towns import load_town
from todoke.civic.procedures.actions.city import ProceduresPart
from todoke.civic.procedures.building.conditions import rule_of
from todoke.civic.procedures.building.fees import tariff_of
from todoke.civic.procedures.models import ProcedureVersion
from todoke.ground.people.models import Section
from todoke.shared.paperwork.logic import compiled

AREAS = ("", "-form", "-who", "-papers", "-tests", "-new-test", "-texts", "-publish", "-history")
PLAIN = ("-basics", "-handling", "-letters")


@pytest.fixture
def city(folders: None) -> list[ProcedureVersion]:
    load_town(*PARTS, ProceduresPart)
    return list(ProcedureVersion.objects.select_related("section", "procedure"))


def address(name: str, *arguments: Any) -> str:
    return reverse(f"procedures:build{name}", args=arguments)


def places_of(version: ProcedureVersion) -> Iterator[str]:
    """Every condition of a procedure, by its place in the builder."""
    document = version.document
    for page in document.form.pages:
        yield f"page:{page.key}"
    for question in document.form.questions:
        yield f"visible:{question.key}"
    yield from (f"condition:{number}" for number, _each in enumerate(document.conditions))
    yield from (f"left-out:{number}" for number, _each in enumerate(document.attachments))


def as_posted(form: forms.Form) -> dict[str, Any]:
    """What a browser posts for a form that nobody has touched."""
    told: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        if isinstance(widget, forms.MultiWidget):
            parts = zip(widget.widgets_names, widget.decompress(value), strict=True)
            told |= {f"{bound.html_name}{name}": text for name, text in parts}
        elif isinstance(widget, forms.CheckboxInput):
            told |= {bound.html_name: "on"} if value else {}
        elif value is not None:
            told[bound.html_name] = value
    return told


@pytest.mark.faults
def test_every_part_of_every_procedure_opens_and_saving_without_a_change_changes_nothing(
    city: list[ProcedureVersion],
) -> None:
    clients = {
        section.key: sign_in(Client(), make_staff(["procedures.build"], section=section.key))
        for section in Section.objects.filter(key__in={version.section.key for version in city})
    }

    changed = []
    for version in city:
        client, key, document = clients[version.section.key], version.procedure.key, version.document
        for name in AREAS:
            assert client.get(address(name, key)).status_code == 200, (key, name)
        for place in places_of(version):
            assert client.get(address("-rule", key, place)).status_code == 200, (key, place)
        for number, _test in enumerate(document.tests):
            assert client.get(address("-test", key, number)).status_code == 200, (key, number)
        forms_there = [address(name, key) for name in PLAIN]
        forms_there += [address("-question", key, question.key) for question in document.form.questions]
        forms_there += [address("-condition", key, number) for number, _each in enumerate(document.conditions)]
        forms_there += [address("-paper", key, number) for number, _each in enumerate(document.attachments)]
        forms_there += [address("-fee", key)] if document.fee else []
        assert client.get(address("-computed-values", key)).status_code == 200, key
        for where in forms_there:
            shown = client.get(where)
            told = as_posted(shown.context["form"])
            answer = client.post(where, {**told, "based_on": version.sha256})
            assert answer.status_code == 302, (where, answer.context["form"].errors)
            newest = ProcedureVersion.objects.filter(procedure=version.procedure).order_by("number").last()
            assert newest is not None
            if newest.sha256 != version.sha256:
                changed.append(where)
                newest.delete()
    assert not changed


def test_tables_of_fees_and_computed_values_of_the_city_open_and_stay_as_they_are(city: list[ProcedureVersion]) -> None:
    opened = []
    for version in city:
        client = sign_in(Client(), make_staff(["procedures.build"], section=version.section.key))
        document, key = version.document, version.procedure.key
        fee: Any = document.fee.formula if document.fee else {}
        wheres = [address("-table", key, table) for table in (fee.get("tables", {}) if isinstance(fee, dict) else {})]
        wheres += [address("-computed", key, each.key) for each in document.form.computed]
        for where in wheres:
            page = client.get(where).content.decode()
            answer = client.post(where, {**posted_by(page), "based_on": version.sha256, "save": "1"})
            assert answer.status_code == 302, (where, answer.content.decode())
            opened.append(where)
        assert ProcedureVersion.objects.filter(procedure=version.procedure).count() == 1, key

    assert len(opened) == 7


def posted_by(page: str) -> dict[str, str]:
    """What a browser posts for a page that nobody has touched."""
    told = {}
    for tag in re.findall(r"<input[^>]*>", page):
        found = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
        if "name" in found and (found.get("type") not in ("checkbox", "radio") or " checked" in tag):
            told[found["name"]] = html.unescape(found.get("value", ""))
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(r"<option(?: value=\"([^\"]*)\")? selected>([^<]*)", inside)
        told[name] = html.unescape(chosen[0][0] or chosen[0][1]) if chosen else ""
    return told


def test_most_rules_of_the_city_can_be_chosen_and_the_others_are_left_alone(city: list[ProcedureVersion]) -> None:
    chosen, all_of_them = 0, 0
    for version in city:
        scope = compiled(version.document.form)[0].scope
        for question in version.document.form.questions:
            if question.visible is not None:
                all_of_them += 1
                chosen += rule_of(question.visible, scope) is not None
    fees = [version.document.fee.formula for version in city if version.document.fee]

    assert chosen / all_of_them > 0.8
    assert any(tariff_of(fee) for fee in fees)
