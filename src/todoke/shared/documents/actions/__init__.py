"""Doing: numbers, letters, issuing, ending."""
