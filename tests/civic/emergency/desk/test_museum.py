"""A drill and the real thing shared one screen and one confirmation in Hawaii in 2018."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.sign_in import sign_in
from todoke.base.clock import now
from todoke.civic.emergency.actions import deciding, drafts, incidents
from todoke.civic.emergency.models import Template
from todoke.ground.places.models import Area
from todoke.shared.messaging.models import Delivery
from todoke.shared.messaging.types import Mode


@pytest.fixture
def submitted(desk):
    """`submitted(mode)`: an evacuation order of that mode, waiting for approval."""

    def make(mode: Mode):
        at = now()
        incident = incidents.open_incident(name="水害", group="flood", mode=mode, viewer=desk.writer, at=at)
        template = Template.objects.filter(kind="evacuation", level=4, is_current=True).first()
        areas = {area.key: (4, False) for area in Area.objects.all()}
        draft = drafts.start_draft(
            incident_id=incident.pk, template_id=template.pk, areas=areas, viewer=desk.writer, at=at
        )
        return deciding.submit(draft.pk, revision=draft.revision, viewer=desk.writer, at=at + timedelta(seconds=1))

    return make


def approval_page(desk, draft) -> str:
    approver = sign_in(Client(), desk.accounts[1])
    return approver.get(reverse("emergency:approve", args=[draft.pk])).content.decode()


def test_museum_15_a_drill_is_approved_on_another_screen_with_other_words(desk, submitted):
    earnest = approval_page(desk, submitted(Mode.ACTUAL))
    drill = approval_page(desk, submitted(Mode.EXERCISE))

    assert "承認して発信する" in earnest
    assert "承認して発信する" not in drill
    assert "訓練として承認し、訓練の送り先だけに送る" in drill
    assert "is-drill" in drill
    assert "is-drill" not in earnest
    assert "訓練" not in earnest.split("<main", 1)[1]


def test_museum_15_an_approved_drill_reaches_simulators_and_staff_that_take_part_alone(desk, submitted):
    draft = submitted(Mode.EXERCISE)
    approver = sign_in(Client(), desk.accounts[1])

    approver.post(reverse("emergency:approve", args=[draft.pk]), {"seen": "on", "revision": draft.revision})

    assert set(Delivery.objects.values_list("destination__key", flat=True)) == {"simulator", "staff-in"}
