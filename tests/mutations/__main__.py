"""Makes small mistakes in a kernel and sees whether its tests notice: `make mutations ARGS="formulas --sample 200"`.

Which kernels there are, and which tests hold them, stands in pyproject.toml (`[tool.todoke.mutations]`). Nothing is
written into the checkout: a child process imports the mistaken source from memory.
"""

import argparse
import gc
import os
import random
import resource
import signal
import sys
import time
import tomllib
from importlib.machinery import SourceFileLoader
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from tests.mutations.mutants import Mutant, mutants_of

ROOT = Path(__file__).resolve().parents[2]
SECONDS_MAX = 120
# A child has to say only whether a test failed: not why, and not by which smallest example.
OPTIONS = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header", "--tb=no", "--assert=plain",
    "--hypothesis-profile=mutations", "-m", "faults or not faults",
)  # fmt: skip
NOT_NOTICED, NOTICED, TOO_LONG = "not noticed", "noticed", "too long"


def main(arguments: list[str]) -> int:
    """Kernels one after the other; the end is 1 where fewer mistakes were noticed than the goal says."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["todoke"]["mutations"]
    kernels: dict[str, Any] = config["kernels"]
    parser = argparse.ArgumentParser(prog="make mutations", description=__doc__)
    parser.add_argument("kernel", nargs="*", help="all of them where none is named")
    parser.add_argument("--sample", type=int, default=0, help="so many mistakes of each kernel, drawn by lot; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same mistakes")
    wanted = parser.parse_args(arguments)
    if unknown := sorted(set(wanted.kernel) - set(kernels)):
        parser.error(f"no such kernel: {', '.join(unknown)} (known: {', '.join(kernels)})")
    scores = [_score(name, kernels[name], wanted.sample, wanted.seed) for name in wanted.kernel or kernels]
    return 1 if any(score < config["goal_percent"] for score in scores if score is not None) else 0


def _score(name: str, kernel: dict[str, Any], sample: int, seed: int) -> float | None:
    files = sorted(path for pattern in kernel["source"] for path in ROOT.glob(pattern))
    if not files:
        sys.stdout.write(f"{name}: not there\n")
        return None
    if kernel.get("pure"):
        _set_up()
    outcome, used = _outcome(None, kernel["tests"])
    if outcome != NOT_NOTICED:
        raise SystemExit(f"{name}: its tests fail without a mistake; mend them first")
    seconds = min(SECONDS_MAX, 5 + 2 * int(used))
    mutants = [mutant for path in files for mutant in mutants_of(path)]
    chosen = mutants
    if sample and sample < len(mutants):
        drawn = sorted(random.Random(seed).sample(range(len(mutants)), sample))
        chosen = [mutants[at] for at in drawn]
    began, noticed = time.monotonic(), 0
    for number, mutant in enumerate(chosen, start=1):
        outcome, _used = _outcome(mutant, kernel["tests"], seconds)
        noticed += outcome != NOT_NOTICED
        if outcome == NOT_NOTICED:
            sys.stdout.write(f"{mutant.path.relative_to(ROOT)}:{mutant.line}: {mutant.what}: not noticed\n")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{name}: {number} of {len(chosen)}, {noticed} noticed ")
    score = 100 * noticed / len(chosen)
    minutes = (time.monotonic() - began) / 60
    sys.stdout.write(
        f"{name}: {noticed} of {len(chosen)} mistakes noticed ({score:.1f} %), "
        f"drawn from {len(mutants)}, {minutes:.0f} min\n"
    )
    return score


def _outcome(mutant: Mutant | None, tests: list[str], seconds: int = SECONDS_MAX) -> tuple[str, float]:
    """What the tests said, asked in a process of its own that may use so many seconds; and how many it used."""
    child = os.fork()
    if child == 0:
        os._exit(_run(mutant, tests, seconds))
    _pid, status, used = os.wait4(child, 0)
    outcome = TOO_LONG if os.WIFSIGNALED(status) else NOTICED if os.WEXITSTATUS(status) else NOT_NOTICED
    return outcome, used.ru_utime + used.ru_stime


def _run(mutant: Mutant | None, tests: list[str], seconds: int) -> int:
    # Of the processor, so that a busy machine makes nothing late; by the clock, for what waits without an end.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    signal.alarm(SECONDS_MAX)
    os.chdir(ROOT)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.dont_write_bytecode = True
    if mutant is not None:
        _put_in_place(mutant)
        _forget(mutant.path.parent)
    import pytest  # in the child, so that nothing of the house is imported before the mistake is in place

    return int(pytest.main([*OPTIONS, *tests]))


def _set_up() -> None:
    """Django and pytest once for all children. Only for a kernel without models: what is imported anew must not
    register twice.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django  # only where a kernel is pure

    django.setup()
    import django.test  # only now that the settings are there

    for plugin in entry_points(group="pytest11"):
        plugin.load()
    gc.freeze()  # each child would sweep all of this twice


def _forget(folder: Path) -> None:
    """What was imported of the kernel and of the tests before the mistake was in place is imported again."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and (Path(file).parent == folder or Path(file).is_relative_to(ROOT / "tests" / "base")):
            del sys.modules[name]


def _put_in_place(mutant: Mutant) -> None:
    wanted, source, original = str(mutant.path), mutant.source(), SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> Any:
        if self.path == wanted:
            return compile(source, wanted, "exec", dont_inherit=True)
        return original(self, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
