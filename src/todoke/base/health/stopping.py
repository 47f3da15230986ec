"""How the processes that serve pages know that their server is about to stop, before it stops listening.

The server's own process writes a file named by its number; the processes that it started look for it. Knows nothing of
Django, because the server's own process uses it too.
"""

import socket
from pathlib import Path


def mark_of(folder: Path, server_process: int) -> Path:
    """The file that says that this server is stopping."""
    # Hosts may share the folder, and two of them have processes of the same number.
    return folder / f"web-{socket.gethostname()}-{server_process}.stopping"


def begin(folder: Path, server_process: int) -> None:
    """Say so, from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    mark_of(folder, server_process).touch()


def forget(folder: Path, server_process: int) -> None:
    """Say so no longer: at the end, and at a start with a number that a killed server had before."""
    mark_of(folder, server_process).unlink(missing_ok=True)


def is_stopping(folder: Path, server_process: int) -> bool:
    """Whether this server has begun to stop."""
    return mark_of(folder, server_process).exists()
