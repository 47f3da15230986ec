"""The measuring side of alert.py: a process of its own, with the running house's database."""

import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import django

from bench._house import line, page, share

django.setup()

from django.conf import settings  # noqa: E402 - after the setup, as everything below
from django.db import connection  # noqa: E402

from todoke.base.clock import in_japan, now  # noqa: E402
from todoke.base.disk import write_atomically  # noqa: E402
from todoke.civic.emergency import telegrams  # noqa: E402
from todoke.civic.emergency.actions import deciding, drafts, incidents  # noqa: E402
from todoke.civic.emergency.models import Draft, Telegram, Template  # noqa: E402
from todoke.ground.people.models import Account  # noqa: E402
from todoke.ground.people.queries import viewer_for  # noqa: E402
from todoke.ground.places.models import Area  # noqa: E402
from todoke.ground.places.queries import areas_by_codes  # noqa: E402
from todoke.shared.messaging.models import Attempt, Delivery, Destination, Edition  # noqa: E402
from todoke.shared.messaging.types import Mode  # noqa: E402

TELEGRAMS = Path("city/sample/telegrams")
TELEGRAM = "20261004_2045_VPWW55_03_level4.xml"
ROUNDS = 20
HANG_ROUNDS = 15
WAIT_SECONDS = 30


def main() -> None:
    """Print every measurement as a line of JSON."""
    for measured in (
        *telegram_to_desk(),
        *reading(),
        *approval_to_everybody(),
        *hanging(),
    ):
        print(json.dumps(measured, ensure_ascii=False), flush=True)


def officer(login_name: str):
    """What this member of the sample city's staff may do."""
    return viewer_for(Account.objects.get(login_name=login_name), in_japan(now()).date())


def telegram_of(minute: int) -> bytes:
    """The sample's telegram as if the office had issued it that many minutes from an hour ago."""
    text = (TELEGRAMS / TELEGRAM).read_text(encoding="utf-8")
    at = in_japan(now() - timedelta(hours=1) + timedelta(minutes=minute)).replace(microsecond=0)
    old = telegrams.read(text.encode(), TELEGRAM).report_at
    stamp = at.isoformat()
    utc = at.astimezone(tz=now().tzinfo).strftime("%Y-%m-%dT%H:%M:%SZ")
    return text.replace(in_japan(old).isoformat(), stamp).replace(old.strftime("%Y-%m-%dT%H:%M:%SZ"), utc).encode()


def wait_for(found, seconds: float = WAIT_SECONDS):
    """Look every few milliseconds until there is something; how the waiting itself costs least."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.01)
    raise RuntimeError("it did not come to that in time")


def telegram_to_desk():
    """From the rename into the folder until the draft made of it can be read."""
    took = []
    for minute in range(ROUNDS):
        name = f"bench_{minute:02}_VPWW55.xml"
        content = telegram_of(minute)
        began = time.monotonic()
        write_atomically(settings.INTAKE_FOLDER / name, content)
        wait_for(
            lambda name=name: Telegram.objects.filter(file_name=name, preparation=Telegram.Preparation.DONE).exists()
        )
        took.append(time.monotonic() - began)
    prepared = Draft.objects.exclude(prepared_from=None).count()
    yield line("telegram dropped → prepared message on the desk", took, 2.0, percent=95, drafts=prepared)


def reading():
    """Reading and matching alone, as part of the above."""
    content = (TELEGRAMS / TELEGRAM).read_bytes()
    took = []
    for _ in range(100):
        began = time.perf_counter()
        telegram = telegrams.read(content, TELEGRAM)
        areas_by_codes("jma.city", [area.code for area in telegram.areas])
        took.append((time.perf_counter() - began) * 1000)
    yield line("of which reading and matching", took, 20, percent=95, unit="ms")


def forty_destinations() -> int:
    """Bring the sample city to 8 channels and 40 destinations that take alerts in earnest."""
    for number in range(5):
        Destination.objects.get_or_create(
            key=f"bench-fails-{number}",
            defaults={"channel": "messaging.demo-fails", "name": f"断る{number}", "address": "never"},
        )
    missing = 40 - Destination.objects.filter(is_active=True).exclude(reach="simulator").count()
    for number in range(max(0, missing)):
        Destination.objects.get_or_create(
            key=f"bench-succeeds-{number}",
            defaults={"channel": "messaging.demo-succeeds", "name": f"成功{number}", "address": "x"},
        )
    found = Destination.objects.filter(is_active=True).exclude(reach="simulator")
    return found.values("channel").distinct().count()


def alert(number: int) -> Edition:
    """One evacuation order for the whole city: written by one, approved by another. Its title is its own."""
    writer, approver = officer("hamada"), officer("shiomi")
    incident = incidents.open_incident_for(name="計測", group="flood", mode=Mode.ACTUAL, at=now())
    template = Template.objects.filter(kind="evacuation", level=4).order_by("-version").first()
    areas = {area.key: (4, False) for area in Area.objects.filter(kind="district")}
    draft = drafts.start_draft(incident_id=incident.pk, template_id=template.pk, areas=areas, viewer=writer, at=now())
    texts = {language: dict(text) for language, text in draft.texts.items()}
    texts["ja"]["title"] = title(number)
    changes = drafts.Changes(texts=texts, areas=areas, expires_at=now() + timedelta(hours=2))
    draft = drafts.edit_draft(draft.pk, changes, revision=draft.revision, viewer=writer, at=now())
    deciding.submit(draft.pk, revision=draft.revision, viewer=writer, at=now())
    return deciding.approve(draft.pk, revision=draft.revision, viewer=approver, at=now())


def title(number: int) -> str:
    """The title by which an alert is found again."""
    return f"警戒レベル4 避難指示 計測{number:05}"


def first_attempts(edition: Edition) -> dict[int, tuple[str, datetime]]:
    """Delivery, channel and start of its first attempt, once all that are to leave have one."""
    wanted = Delivery.objects.filter(edition=edition).exclude(state="withdrawn").count()

    def found():
        rows = Attempt.objects.filter(delivery__edition=edition, number=1)
        return (
            list(rows.values_list("delivery_id", "delivery__channel", "started_at")) if rows.count() >= wanted else None
        )

    return {pk: (channel, started) for pk, channel, started in wait_for(found)}


def approval_to_everybody():
    """Approval → first attempt, → page readable outside; cancellation → every channel started."""
    channels = forty_destinations()
    leaves, reads, stops = [], [], []
    for number in range(ROUNDS):
        edition = alert(number)
        approved = time.monotonic()
        wait_for(lambda number=number: title(number) in page("/alerts/"))
        reads.append(time.monotonic() - approved)
        leaves += [(started - edition.released_at).total_seconds() for _, started in first_attempts(edition).values()]
        wait_for(lambda edition=edition: _quiet(edition))
        stops.append(cancelled(edition))
    count = {"channels": channels, "destinations": len(leaves) // ROUNDS}
    yield line("approval → first attempt leaves", leaves, 3.0, percent=95, **count)
    yield line("approval → first attempt leaves", leaves, 10.0, percent=99, **count)
    yield line("approval → light page readable from outside", reads, 5.0, percent=99)
    yield line("cancellation approved → every channel started", stops, 5.0, percent=99)


def cancelled(edition: Edition) -> float:
    """Cancel, with both people; seconds until the last channel has started."""
    draft = deciding.ask_to_cancel(str(edition.message.key), reason="計測のため", viewer=officer("hamada"), at=now())
    last = deciding.approve(draft.pk, revision=draft.revision, viewer=officer("shiomi"), at=now())
    started = [at for _, at in first_attempts(last).values()]
    wait_for(lambda: _quiet(last))
    return (max(started) - last.released_at).total_seconds()


def _quiet(edition: Edition) -> bool:
    moving = ["planned", "leased", "handed_over"]
    return (
        not Delivery.objects.filter(edition=edition, state__in=moving).exclude(channel="messaging.demo-hangs").exists()
    )


def hanging():
    """The others' time to be delivered, with and without a channel that hangs for 30 seconds, in turns."""
    for number in range(4):
        Destination.objects.get_or_create(
            key=f"bench-hangs-{number}",
            defaults={"channel": "messaging.demo-hangs", "name": f"返事なし{number}", "address": "30"},
        )
    took: dict[bool, list[float]] = {True: [], False: []}
    for number in range(HANG_ROUNDS * 2):
        hangs = bool(number % 2)
        Destination.objects.filter(channel="messaging.demo-hangs").update(is_active=hangs)
        edition = alert(1000 + number)
        wait_for(lambda edition=edition: _quiet(edition))
        ends = Attempt.objects.filter(delivery__edition=edition, number=1).exclude(
            delivery__channel="messaging.demo-hangs"
        )
        took[hangs] += [(end - edition.released_at).total_seconds() for end in ends.values_list("ended_at", flat=True)]
    without, beside = share(took[False], 95), share(took[True], 95)
    yield {
        "name": "the other channels' p95 with one that hangs 30 s, over that without",
        "value": round(beside / without, 3),
        "unit": "ratio",
        "goal": 1.1,
        "holds": beside / without <= 1.1,
        "seconds": {"without": round(without, 4), "beside": round(beside, 4)},
        "count": len(took[True]),
    }


if __name__ == "__main__":
    try:
        main()
    finally:
        connection.close()
        sys.stdout.flush()
