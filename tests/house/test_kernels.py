"""A kernel earns its place: at least two services use each, and it knows none of them, by import or by word."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "todoke"

# What several services are built from. A new room of base, ground or shared that is meant for services joins them.
KERNELS = (
    "base.calendar",
    "base.formulas",
    "base.names",
    "ground.looks",
    "ground.retention",
    "shared.casework",
    "shared.decisions",
    "shared.documents",
    "shared.paperwork",
    "shared.timetable",
)

# A kernel that one service alone uses so far, and why it stands as a kernel all the same.
ONE_SERVICE_SO_FAR: Mapping[str, str] = {}

# Words of a service that a kernel may say, with the reason.
MAY_SAY: Mapping[tuple[str, str], str] = {}

USERS_MIN = 2


def imports_of(text: str) -> Iterator[str]:
    """Every module that this source imports, below `todoke.`, late imports too."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from todoke.shared import casework` names the room last.
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def rooms_in(storey: str) -> list[str]:
    return sorted(path.parent.name for path in (SRC / storey).glob("*/__init__.py"))


def sources(dotted: str) -> dict[str, str]:
    """The Python of a room or module, by path."""
    place = SRC.joinpath(*dotted.split("."))
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    return {str(file.relative_to(SRC)): file.read_text(encoding="utf-8") for file in files}


def is_within(module: str, room: str) -> bool:
    return f"{module}.".startswith(f"todoke.{room}.")


def users_of(kernel: str, services: Mapping[str, Mapping[str, str]]) -> set[str]:
    """The services that import this kernel."""
    return {
        name
        for name, files in services.items()
        if any(is_within(module, kernel) for text in files.values() for module in imports_of(text))
    }


def knowing(files: Mapping[str, str], services: Iterable[str]) -> list[str]:
    """Where a kernel knows a service: an import, or a key in its own words (`voices.theme`)."""
    names = sorted(services)
    key = re.compile(rf"({'|'.join(names)})[.:-][a-z]")
    found = []
    for path, text in files.items():
        found += [
            f"{path} imports {module}"
            for module in imports_of(text)
            if any(is_within(module, f"civic.{name}") for name in names)
        ]
        found += [
            f"{path}:{node.lineno} says “{node.value}”"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and key.match(node.value)
        ]
    return found


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, str]]:
    return {name: sources(f"civic.{name}") for name in rooms_in("civic")}


@pytest.mark.parametrize("kernel", KERNELS)
def test_each_kernel_is_used_by_two_services(kernel: str, services: dict[str, dict[str, str]]) -> None:
    users = users_of(kernel, services)

    if kernel in ONE_SERVICE_SO_FAR:
        assert len(users) < USERS_MIN, f"{kernel} has its second user: take it off ONE_SERVICE_SO_FAR"
    else:
        assert len(users) >= USERS_MIN, (
            f"{kernel} is used by {sorted(users) or 'no service'}: move it into that service, or give a reason in "
            "ONE_SERVICE_SO_FAR of tests/house/test_kernels.py"
        )


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_kernel_knows_a_service(kernel: str, services: dict[str, dict[str, str]]) -> None:
    found = [each for each in knowing(sources(kernel), services) if (kernel, each) not in MAY_SAY]

    assert not found, f"a kernel has a registry for what services bring: {found}"


def test_the_tables_speak_of_kernels_that_are_there() -> None:
    assert all(any(sources(kernel)) for kernel in KERNELS)
    assert {*ONE_SERVICE_SO_FAR, *(kernel for kernel, _word in MAY_SAY)} <= set(KERNELS)
    assert all(reason.strip() for reason in (*ONE_SERVICE_SO_FAR.values(), *MAY_SAY.values()))


def test_a_planted_fault_is_seen() -> None:
    alone = {"garden": {"a.py": "from todoke.shared import casework\n"}, "pool": {"b.py": "import os\n"}}
    assert users_of("shared.casework", alone) == {"garden"}
    assert users_of("shared.case", alone) == set()

    late = "def f():\n    from todoke.civic.garden.models import Bed\n    return Bed\n"
    assert knowing({"x.py": late}, ["garden"]) == ["x.py imports todoke.civic.garden.models.Bed"]
    assert knowing({"x.py": 'KIND = "garden.bed"\n'}, ["garden"]) == ["x.py:1 says “garden.bed”"]
    assert knowing({"x.py": '"""A gardener."""\nKIND = "gardens"\n'}, ["garden"]) == []
