"""Ways out: `units` (the loudspeakers), `reading_script` (a voice that is not ours: community FM, cable TV)."""
