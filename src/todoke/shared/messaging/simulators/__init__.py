"""The outside services, played on this machine: a mail server, LINE, a partner's webhook, and browsers with their push
service, with faults to order.

They speak the real protocols, keep what arrives in files, and need no database. Drills, tests and measurements use
them.
"""
