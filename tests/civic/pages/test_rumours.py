"""The answer to a rumour stands where people look for it, for as long as it holds, and says what it is."""

from dataclasses import replace
from datetime import timedelta

from tests.shared.messaging.editions import SENT_AT, content, edition
from todoke.civic.emergency.rules.content import cap_facts, event_name
from todoke.civic.pages.rules import shown_at, stories
from todoke.shared.messaging.cap import ARTEFACT
from todoke.shared.messaging.types import CapFacts

HOUR = timedelta(hours=1)


def notice(key: str, kind: str, *, hours: int = 0, level: int | None = None, lasts: int = 24):
    event = event_name("rumour" if kind == "rumour" else "other", "", [])
    facts = content(areas=(), level=level, facts={"kind": kind}, cap=CapFacts(event=event))
    sent_at = SENT_AT + hours * HOUR
    return edition(
        message_key=f"3f2a9f6e-5b1c-4c7e-9a51-0d6f6c1f0a{key}",
        content=facts,
        sent_at=sent_at,
        expires_at=sent_at + lasts * HOUR,
        identifier=f"todoke.999997.{key}.1",
    )


def order_at(at, *editions) -> list[str]:
    return [story.key[-2:] for story in shown_at(stories(editions, at), at).in_force]


def test_the_answer_to_a_rumour_stays_above_newer_notices_without_a_level():
    rumour, newer = notice("11", "rumour"), notice("12", "other", hours=3)

    assert order_at(SENT_AT + 4 * HOUR, rumour, newer) == ["11", "12"]


def test_it_never_stands_above_an_alert_with_a_level():
    rumour, alert = notice("11", "rumour", hours=3), notice("12", "evacuation", level=4)

    assert order_at(SENT_AT + 4 * HOUR, rumour, alert) == ["12", "11"]


def test_it_leaves_the_page_when_its_time_is_over():
    rumour, newer = notice("11", "rumour", lasts=2), notice("12", "other", hours=3)

    assert order_at(SENT_AT + 4 * HOUR, rumour, newer) == ["12"]


def test_its_machine_form_names_it_as_what_it_is():
    assert cap_facts("rumour", event_name("rumour", "", []), None, is_lifted=False).event == "誤った情報の打消し"
    cap = ARTEFACT.render(replace(notice("11", "rumour"))).decode()
    assert "誤った情報の打消し" in cap
