"""Doing: `register` (opening, changing and closing accounts), `desk` (what the channels ask while they send)."""
