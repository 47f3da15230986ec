"""The contracts of the house hold, and each of them catches the fault that it is there for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# One planted import for each contract: the file that gets it, the line, and the name of the contract that must break.
PLANTS = {
    "upstairs": ("ground/places/rules.py", "import todoke.shared.messaging.types", "Calls go down the stairs"),
    "neighbour": ("civic/pages/apps.py", "import todoke.civic.emergency.apps", "do not visit each other"),
    "circle": ("ground/places/apps.py", "import todoke.ground.people.apps", "No circles"),
    "inside": ("shared/messaging/rules.py", "import todoke.shared.messaging.models", "Inside a room"),
    "views": ("shared/messaging/actions/__init__.py", "import todoke.shared.messaging.views.ledger", "Only url lists"),
    "tasks": ("shared/messaging/views/__init__.py", "import todoke.shared.messaging.tasks", "found at start-up"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Import-linter over a copy of the package."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter import cli; cli.lint_imports_command()", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("static", "locale", "__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def test_the_contracts_hold(copy):
    found = lint(copy)

    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("plant", PLANTS)
def test_a_planted_import_is_caught(copy, plant):
    name, line, contract = PLANTS[plant]
    path = copy / "src" / "todoke" / name
    healthy = path.read_text()
    path.write_text(f"{healthy}\n{line}\n")

    try:
        found = lint(copy)
    finally:
        path.write_text(healthy)

    broken = [row for row in found.stdout.splitlines() if "BROKEN" in row and contract in row]
    assert found.returncode != 0
    assert broken, found.stdout
