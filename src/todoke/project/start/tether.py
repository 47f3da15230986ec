"""Runs a command that does not outlive the process that asked for it, even when that one is killed.

    python -m todoke.project.start.tether PARENT COMMAND…

On Linux the kernel sends SIGTERM when the parent dies (prctl(2), PR_SET_PDEATHSIG, which outlives exec); elsewhere this
process stays and looks every half second.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> int:
    """Become the command, or on other systems than Linux: run it and end it with the parent."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        # The parent may have died before the kernel knew our wish.
        if os.getppid() != parent:
            return 1
        os.execv(command[0], command)  # noqa: S606 - given by `todoke up` as a list; no shell
    return _watched(parent, command)


def _watched(parent: int, command: list[str]) -> int:
    child = subprocess.Popen(command)  # noqa: S603 - given by `todoke up` as a list
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    while child.poll() is None:
        if os.getppid() != parent:
            child.terminate()
            return child.wait()
        time.sleep(0.5)
    return child.returncode


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
