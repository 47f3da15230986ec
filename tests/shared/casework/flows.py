"""A flow for tests, as a city would write one: received, examined, sent back for mending, granted or refused."""

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tests.sign_in import make_staff
from todoke.ground.people.models import Account, Section
from todoke.ground.people.queries import viewer_for
from todoke.ground.people.rules import Viewer
from todoke.shared.casework.actions.flows import publish_document
from todoke.shared.casework.actions.opening import Arrival, open_case
from todoke.shared.casework.actions.recording import Actor
from todoke.shared.casework.models import Case, Flow, FlowVersion

# Monday in Japan: 10:00.
AT = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 16)
RIGHTS = ("casework.read", "casework.handle", "casework.arrange", "casework.design")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class SomebodyAtHome(Viewer):
    """A viewer who signed in as a resident."""

    resident_id: int | None = None


class Answers:
    """What cases of these tests are about: facts by key."""

    key = "tests.answers"

    def __init__(self) -> None:
        self.by_key: dict[str, dict[str, Any]] = {}

    def facts(self, key: str) -> dict[str, Any]:
        return self.by_key.get(key, {})


def title(text: str) -> dict[str, str]:
    return {"ja": text, "ja-easy": text, "en": text}


def action(
    key: str, source: str | list[str], target: str, by: str | list[str] = "staff", **more: Any
) -> dict[str, Any]:
    return {
        "key": key,
        "title": title(key),
        "from": [source] if isinstance(source, str) else source,
        "to": target,
        "by": [by] if isinstance(by, str) else by,
        **more,
    }


def document(**changes: Any) -> dict[str, Any]:
    whole = {
        "title": title("申請"),
        "begins": "received",
        "names": [
            {"key": "answer.people", "kind": "number", "words": title("人数")},
            {"key": "answer.until", "kind": "date", "words": title("期限")},
        ],
        "term": {"days": 10, "counts": "open-days", "rolls": True},
        "states": [
            {"key": "received", "title": title("受付")},
            {"key": "examining", "title": title("審査中")},
            {"key": "mending", "title": title("補正待ち"), "clock": "stop"},
            {"key": "granted", "title": title("許可"), "outcome": "granted"},
            {"key": "refused", "title": title("不許可"), "outcome": "refused"},
            {"key": "withdrawn", "title": title("取下げ"), "outcome": "withdrawn"},
        ],
        "actions": [
            action("examine", "received", "examining"),
            action(
                "send-back",
                "examining",
                "mending",
                needs_reason=True,
                opens={
                    "key": "mend",
                    "title": title("直してください"),
                    "for": "resident",
                    "fields": ["answer.people"],
                    "after": 14,
                    "counts": "days",
                    "then": "mended",
                },
            ),
            action("mended", "mending", "examining", ["resident", "staff"], fields=["answer.people"]),
            action("note", "examining", "examining", fields=["answer.people"]),
            action(
                "grant",
                "examining",
                "granted",
                guard={"op": "at-least", "of": [{"name": "answer.people"}, 2]},
                effects=[{"effect": "casework.demo-succeeds", "settings": {"say": "granted"}}],
            ),
            action("refuse", "examining", "refused", needs_reason=True),
            action("withdraw", ["received", "examining", "mending"], "withdrawn", ["resident", "staff"]),
            action("give-up", "mending", "withdrawn", "system"),
            action("remind", "examining", "examining", "system"),
            action("reopen", ["granted", "refused"], "examining"),
        ],
        "timers": [
            {
                "key": "no-answer",
                "anchor": "entered",
                "of": "mending",
                "after": 14,
                "counts": "days",
                "action": "give-up",
            },
            {"key": "slow", "anchor": "opened", "after": 5, "counts": "open-days", "action": "remind"},
            {
                "key": "until",
                "anchor": "answer",
                "of": "answer.until",
                "after": 0,
                "counts": "days",
                "action": "remind",
            },
        ],
    }
    return whole | changes


def version(doc: dict[str, Any] | None = None, *, flow: str = "permit") -> FlowVersion:
    row, is_new = Flow.objects.get_or_create(key=flow)
    if not is_new and doc is None:
        return row.versions.latest("number")
    return publish_document(row, doc or document(), by="tests", at=AT)


def section(key: str = "kiki") -> Section:
    found, _is_new = Section.objects.get_or_create(
        key=key, defaults={"name": key, "reading": "か", "name_en": key.capitalize()}
    )
    return found


def clerk(*rights: str, section_key: str = "kiki") -> Viewer:
    section(section_key)
    return viewer_for(make_staff(rights or RIGHTS, section=section_key), TODAY)


def resident(number: int) -> Viewer:
    account = Account.objects.create(login_name=f"resident-{next(_numbers)}", name="市民 花子")
    return SomebodyAtHome(account.pk, account.name, None, frozenset(), frozenset(), resident_id=number)


def case(flow_version: FlowVersion | None = None, *, at: datetime = AT, key: str = "", **more: Any) -> Case:
    return open_case(
        flow_version or version(),
        subject=more.pop("subject", ("tests.answers", key or str(next(_numbers)))),
        section=more.pop("section", None) or section(),
        arrival=more.pop("arrival", Arrival(at, "online")),
        by=Actor("tests"),
        at=at,
        **more,
    )
