"""The channels that messaging brings itself: mail, LINE, webhook, and people with a telephone.

Every other room may bring more: docs/how-to-add/channel.md.
"""
