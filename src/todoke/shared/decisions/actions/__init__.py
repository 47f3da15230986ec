"""Doing: drafting a paper, marking it, absences, and what a reorganisation asks for."""
