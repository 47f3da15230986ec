"""訓練: begun, played step by step, paused, ended with its report.

A drill is an incident in drill mode: everything that follows from it bears the mode, and the ledger lets none of it
reach anybody but simulators and staff who take part. So this module only lets telegrams come in at their time.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.rounds.errands import Errand
from todoke.civic.emergency.actions.incidents import open_incident
from todoke.civic.emergency.actions.intake import take_in
from todoke.civic.emergency.actions.participants import erase_addresses
from todoke.civic.emergency.actions.refusals import DrillIsOver, DrillRuns, IncidentIsOpen, NotAllowed
from todoke.civic.emergency.models import Drill, DrillStep, Incident, Scenario, Telegram
from todoke.civic.emergency.queries.drills import report_of
from todoke.civic.emergency.rules.drills import NoReportTime, elapsed, in_time, moment_of
from todoke.civic.emergency.rules.rights import DRILL
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.messaging.types import Mode

PLAY = Errand("emergency.play", _("訓練を進める"), pause_minutes_max=1)


@transaction.atomic
def begin_drill(scenario_id: int, *, speed: int, viewer: Viewer, at: datetime) -> Drill:
    """Begin a scenario from its first minute. Raises NotAllowed, or DrillRuns where one of its kind is under way."""
    if viewer.account_id is None or not viewer.may(DRILL):
        raise NotAllowed
    scenario = Scenario.objects.get(pk=scenario_id, is_current=True)
    drill = Drill.objects.create(
        scenario=scenario,
        incident=_incident_for(scenario, viewer, at),
        name=scenario.name,
        minutes=scenario.minutes,
        speed=speed,
        expects=scenario.expects,
        started_at=at,
        started_by_id=viewer.account_id,
        rested=timedelta(0),
    )
    DrillStep.objects.bulk_create(
        DrillStep(
            drill=drill,
            number=number,
            after=timedelta(minutes=step["minute"]),
            says=step["says"],
            file_name=step["telegram"],
            content=step["content"],
        )
        for number, step in enumerate(scenario.steps, 1)
    )
    record("emergency.drill-begun", on=drill, by=viewer, after={"scenario": scenario.key, "speed": speed})
    return drill


def _incident_for(scenario: Scenario, viewer: Viewer, at: datetime) -> Incident:
    standing = Incident.objects.filter(mode=Mode.EXERCISE, group=scenario.group, closed_at=None).first()
    if standing is None:
        try:
            return open_incident(name=scenario.name, group=scenario.group, mode=Mode.EXERCISE, viewer=viewer, at=at)
        except IncidentIsOpen as refusal:
            raise DrillRuns(**refusal.facts) from refusal
    running = Drill.objects.filter(incident=standing, ended_at=None).first()
    if running is not None:
        raise DrillRuns(name=running.name)
    return standing


@transaction.atomic
def pause_drill(drill_id: int, *, viewer: Viewer, at: datetime) -> None:
    """Let the drill's clock stand still, or run on. Raises NotAllowed, DrillIsOver."""
    drill = _held(drill_id, viewer)
    if drill.paused_at is None:
        drill.paused_at = at
    else:
        drill.rested += at - drill.paused_at
        drill.paused_at = None
    drill.save(update_fields=["paused_at", "rested"])
    record("emergency.drill-paused", on=drill, by=viewer, after={"paused_at": drill.paused_at})


@transaction.atomic
def end_drill(drill_id: int, *, viewer: Viewer, at: datetime) -> None:
    """End a drill before its scenario does, and write its report. Raises NotAllowed, DrillIsOver."""
    _end(_held(drill_id, viewer), by=viewer, at=at)


def play(*, at: datetime) -> int:
    """Let everything come in that is due in any drill, and end drills whose time is over; how many things that were.

    Every step is a transaction of its own that may be interrupted and done again, on any host.
    """
    done = erase_addresses(at=at)
    for drill in Drill.objects.filter(ended_at=None, paused_at=None):
        with PLAY.guarded(drill.pk):
            done += _play_on(drill, at)
    return done


def _play_on(drill: Drill, at: datetime) -> int:
    done = 0
    come = elapsed(drill.started_at, drill.speed, drill.rested, None, at=at)
    due = drill.steps.filter(done_at=None, after__lte=come).order_by("number").values_list("pk", flat=True)
    for pk in list(due):
        done += _play_step(pk, at)
    if come >= timedelta(minutes=drill.minutes):
        done += _end_in_time(drill.pk, at)
    return done


@transaction.atomic
def _play_step(pk: int, at: datetime) -> int:
    steps = DrillStep.objects.select_for_update(skip_locked=True, of=("self",)).select_related("drill")
    step = steps.filter(pk=pk, done_at=None, drill__ended_at=None, drill__paused_at=None).first()
    if step is None:
        return 0
    if step.content:
        drill = step.drill
        reported_at = moment_of(drill.started_at, drill.speed, drill.rested, step.after)
        try:
            content = in_time(step.content, reported_at)
            step.telegram = take_in(content, file_name=step.file_name, source=Telegram.Source.DRILL)
        except NoReportTime:
            step.trouble = "電文に発表日時がありません。"
    step.done_at = at
    step.save(update_fields=["telegram", "done_at", "trouble"])
    return 1


@transaction.atomic
def _end_in_time(pk: int, at: datetime) -> int:
    drill = Drill.objects.select_for_update(skip_locked=True).filter(pk=pk, ended_at=None).first()
    if drill is None:
        return 0
    _end(drill, by=None, at=at)
    return 1


def _end(drill: Drill, *, by: Viewer | None, at: datetime) -> None:
    drill.ended_at = at
    drill.ended_by_id = by.account_id if by else None
    drill.report = report_of(drill, at=at)
    drill.save(update_fields=["ended_at", "ended_by", "report"])
    record("emergency.drill-ended", on=drill, by=by or "emergency.drills", after={"ended_at": at})


def _held(drill_id: int, viewer: Viewer) -> Drill:
    if not viewer.may(DRILL):
        raise NotAllowed
    drill = Drill.objects.select_for_update().get(pk=drill_id)
    if drill.ended_at is not None:
        raise DrillIsOver
    return drill
