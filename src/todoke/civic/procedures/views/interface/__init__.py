"""The JSON interface: reading what the city offers, filing it, following it, and exports for partners.

Every address does what a page does, by the same actions and with the same rights; `docs/running/interface.md` tells the
people who write programmes for it. What stands in no list of `api` is not there.
"""
