"""Telephone calls by a machine: a provider rings, speaks, and hears whether somebody presses 1. People do the rest."""
