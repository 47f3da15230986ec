"""Faults that the house must survive, each an experiment with figures.

    python -m tests.faults [--full] [--markdown FILE] [NAME…]      (make faults ARGS=…)

A scenario is a module below `scenarios` with one `SCENARIO`. It runs at the size that it is asked for and gives
figures; each says whether its goal holds. The suite runs all of them small (marker `faults`), the runner also at full
size, for the report in docs/running/faults.md.
"""
