"""Doing: publishing flows, opening cases, acting on them, tasks, letters, assigning, handing over, moving to new
versions.

Each file is one of these; the doors are named in the README.
"""
