"""The settings of the tests: the house's own, writing into a folder of their own.

Read before any conftest, so this is the one place where the folder can be chosen.
"""

import os
from pathlib import Path

# Kept between runs, so that the embedded server need not be made anew each time.
os.environ.setdefault("TODOKE_VAR", str(Path(__file__).resolve().parents[1] / "var" / "test"))
# Beside those of a house that may be running on this machine.
os.environ.setdefault("TODOKE_SIMULATOR_PORTS", "18325,18380")

from todoke.base.ui.catalogues import compile_catalogues

# Before Django reads its first sentence: what it has read once it keeps.
compile_catalogues()

from todoke.project.settings import *  # noqa: E402, F403 - after the folder is chosen; every setting is the house's
