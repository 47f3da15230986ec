"""The limit: Postfix's own load generator, the same bytes for everybody, no ledger, no reader."""

import shutil
import subprocess
import sys
import time

from bench.messaging.peers import tell

# As many at once as serves it best is part of the measurement.
SESSIONS = (1, 4, 10)
MAIL_BYTES = 1500


def main(port: str, mails: str, _folder: str) -> None:
    """The fastest of a few."""
    programme = shutil.which("smtp-source")
    if programme is None:
        tell("smtp-source", "not installed", "")
        return
    speeds = {}
    for sessions in SESSIONS:
        began = time.perf_counter()
        subprocess.run(
            [programme, "-d", "-s", str(sessions), "-l", str(MAIL_BYTES), "-m", mails, f"127.0.0.1:{port}"],
            check=True,
            timeout=600,
            stdout=subprocess.DEVNULL,
        )
        speeds[sessions] = int(mails) / (time.perf_counter() - began)
    best = max(speeds, key=lambda sessions: speeds[sessions])
    tell(
        "smtp-source: the limit",
        round(speeds[best]),
        "mails/s",
        sessions=best,
        all={str(sessions): round(speed) for sessions, speed in speeds.items()},
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
