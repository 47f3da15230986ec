"""Doors: `staff` (units and broadcasts), `said` (what was just said, for everybody), `simulator`."""
