"""Asking a provider by HTTP as a file describes it: one request, its answer, its receipts, without code for each.

Providers of SMS and of automatic calls differ in names alone: which field holds the number, which word means “taken”.
A form (TOML) says so. Secrets never stand in it: `{secret:NAME}` is filled from the environment.
"""
