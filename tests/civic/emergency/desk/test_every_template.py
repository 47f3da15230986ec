"""Every template of the sample city, on every channel and in every language: nothing of what must be said is lost."""

import csv
import random
from datetime import timedelta

import pytest

from tests.civic.emergency.desk.conftest import NIGHT, SAMPLE_CITY
from tests.shared.messaging.whatever import assert_whole
from todoke.civic.emergency.actions.drafts import fill_from, start_draft
from todoke.civic.emergency.actions.incidents import open_incident
from todoke.civic.emergency.models import Template
from todoke.civic.emergency.queries.drafts import as_edition, content_of
from todoke.civic.emergency.rules.content import lifted_notices
from todoke.civic.emergency.rules.evacuation import AreaLevel
from todoke.civic.emergency.rules.notices import STATES_OF_THE_CITY, NoticeKind, takes_levels
from todoke.ground.places.models import Area
from todoke.shared.messaging.channels.matter import plain
from todoke.shared.messaging.channels.urgent import forbidden_in
from todoke.shared.messaging.models import Destination
from todoke.shared.messaging.phrasebook import LANGUAGES
from todoke.shared.messaging.queries.renderings import renderings_of
from todoke.shared.messaging.registry import AreaGrain, channels
from todoke.shared.messaging.types import Mode, Register

# Their sheets are PDFs, which take their time; what stands on them is held by the tests of `paper`.
ON_PAPER = ("fax.", "paper.")
# Read out by staff and heard by everybody, whatever their language.
ALWAYS_JAPANESE = ("calling.tree", "lalert.", "loudspeakers.", "messaging.person")
# What these may be sent for is for others to say.
RESTRICTED = ("緊急速報メールは、避難情報", "緊急速報メールでは、「")
BY_EAR = frozenset({Register.SPEECH})
# What the weather service would have said, by kind of notice and level.
WORDS = {
    ("weather", 5): "大雨特別警報",
    ("weather", 4): "土砂災害危険警報",
    ("weather", 3): "大雨警報",
    ("weather", 2): "大雨注意報",
    ("flood", 5): "氾濫特別警報",
    ("flood", 4): "氾濫危険警報",
    ("flood", 3): "氾濫警報",
    ("weather", None): "暴風警報",
    ("tsunami", None): "津波警報",
    ("earthquake", None): "震度５強",
    ("volcano", None): "噴火警報",
}


@pytest.fixture
def everywhere() -> list[Destination]:
    """One place for each channel of the sample city, in each language that it speaks; stored nowhere."""
    with (SAMPLE_CITY / "destinations.csv").open(encoding="utf-8", newline="") as file:
        first = {row["channel"]: row for row in reversed(list(csv.DictReader(file)))}
    return [
        Destination(key=row["key"], name=row["name"], address=row["address"], channel=key, language=language)
        for key, row in first.items()
        if not key.startswith(ON_PAPER) and "emergency" in channels[key].facts.lanes
        for language in (("ja",) if key.startswith(ALWAYS_JAPANESE) else LANGUAGES)
    ]


@pytest.mark.parametrize("mode", [Mode.ACTUAL, Mode.EXERCISE])
def test_no_channel_loses_mark_level_word_place_or_action_or_leaves_a_slot_open(desk, everywhere, mode):
    chance = random.Random(f"{mode}")
    incident = open_incident(name="大雨", group="storm", mode=mode, viewer=desk.writer, at=NIGHT)
    keys = list(Area.objects.values_list("key", flat=True))
    templates = Template.objects.filter(is_current=True).exclude(kind__in=STATES_OF_THE_CITY)
    looked_at = 0

    for template in templates:
        level = (template.level or 3) if takes_levels(template.kind, template.hazard) else None
        is_over = template.kind == NoticeKind.LIFTING
        areas = dict.fromkeys(chance.sample(keys, chance.randint(1, len(keys))), (level, is_over))
        draft = start_draft(incident_id=incident.pk, template_id=template.pk, areas=areas, viewer=desk.writer, at=NIGHT)
        if is_over:
            draft.facts |= lifted_notices([AreaLevel(key, key, 4, "避難指示") for key in areas])
        elif word := template.notice or WORDS.get((template.kind, level), ""):
            draft.areas.update(notice=word)
        fill_from(draft, template, at=NIGHT)
        edition = as_edition(draft, content_of(draft), NIGHT + timedelta(minutes=1))
        for rendering in renderings_of(edition, everywhere):
            if rendering.trouble:
                assert rendering.language != "ja" or rendering.trouble.startswith(RESTRICTED), rendering
                continue
            looked_at += 1
            said = f"{rendering.title}\n{rendering.text}"
            register = Register.SPEECH if set(rendering.registers) == BY_EAR else Register.SHEET
            if not is_for_machines(rendering.channel):
                assert "{" not in said, rendering
            # A whole text has a body, in which its template says what to do; so has a text of its own for a register.
            by_phrase = bool(rendering.registers) and not rendering.own
            if edition.content.areas[0].notice or by_phrase:
                assert_whole(said, edition, rendering.language, register, acts_by_phrase=by_phrase)
            else:
                # A rumour or an ordinary matter: its title is what it is about.
                assert plain(edition.marks(rendering.language)) in plain(said)
            if Register.URGENT in rendering.registers:
                assert forbidden_in(said) == []

    assert looked_at > len(templates) * len(LANGUAGES) * 10


def is_for_machines(name: str) -> bool:
    """Whether this is a channel of data, in which braces are punctuation."""
    return any(str(one.facts.name) == name and one.facts.area_grain is AreaGrain.POLYGON for one in channels)
