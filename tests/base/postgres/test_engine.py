import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from todoke.base.postgres.account import Account
from todoke.base.postgres.engine import engine_for, find_engine

STRANGER = Account("stranger", 54321, 54321)


def test_programmes_that_can_be_reached_are_used_where_they_are(tmp_path: Path):
    assert engine_for(None, tmp_path) == find_engine()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root copies programmes for another account")
def test_programmes_that_cannot_be_reached_are_copied_once_and_run(monkeypatch: pytest.MonkeyPatch):
    with tempfile.TemporaryDirectory(prefix="todoke-test-") as folder:
        state = Path(folder)
        state.chmod(0o755)
        monkeypatch.setattr(Account, "can_reach", lambda self, path: False)

        copy = engine_for(STRANGER, state)
        again = engine_for(STRANGER, state)

        version = subprocess.run(
            [copy.program("postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            **STRANGER.process_options(),
        )
        assert version.stdout.startswith("postgres (PostgreSQL) 18")
        assert again == copy
        assert [path.name for path in state.iterdir()] == [copy.site.name]


@pytest.mark.parametrize(("mode", "reached"), [(0o755, True), (0o711, True), (0o700, False), (0o750, False)])
def test_one_closed_folder_on_the_way_is_enough_to_shut_an_account_out(mode: int, reached: bool):
    with tempfile.TemporaryDirectory(prefix="todoke-test-") as folder:
        Path(folder).chmod(mode)
        path = Path(folder, "file")
        path.write_text("")
        path.chmod(0o644)

        assert STRANGER.can_reach(path) is reached
