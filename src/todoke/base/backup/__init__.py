"""Backup and restore: one encrypted file that holds the city, and a house that notices when its database went back.

A restored database believes that it is still the day of its backup. Whatever had not left then would leave now, days
too late. So every restore, and every database found behind the tide (`tide`), is a *setback* (`setbacks`): rooms set
aside what was under way, and a person decides.
"""
