"""Changing: `broadcasts` (what is handed over and what becomes of it), `patrol` (which units are well)."""
