"""What starting plugs in elsewhere: the web server, a worker for each lane, and checks and numbers of every room."""

from todoke.base.doctor import checks
from todoke.base.health.registry import gauges
from todoke.base.jobs import LANES
from todoke.base.jobs.gauges import GAUGES as JOB_GAUGES
from todoke.base.jobs.registry import Process, Stage, processes
from todoke.project.start.checkup import CHECKS
from todoke.project.start.gauges import GAUGES

processes.register(Process("start.web", ("web",), stage=Stage.WEB))
for lane in LANES:
    processes.register(Process(f"start.worker-{lane}", ("worker", "--lane", lane), stage=Stage.WORKERS))

for check in CHECKS:
    checks.register(check)

for gauge in (*GAUGES, *JOB_GAUGES):
    gauges.register(gauge)
