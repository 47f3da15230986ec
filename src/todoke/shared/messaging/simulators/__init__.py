"""The outside services, played on this machine: a mail server, LINE, and a partner's webhook, with faults to order.

They speak the real protocols, keep what arrives in files, and need no database. Drills, tests and measurements use
them.
"""
