"""Drills, tests and real alerts at random on one city with every channel: nothing of one ever becomes another."""
