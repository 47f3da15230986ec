"""Doing: `claims` (who works on a mirror), `pushing` (files go there), `looking` (how old is it), `asking` (staff)."""
