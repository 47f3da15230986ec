"""The rights of the incident desk."""

READ = "emergency.read"
DRAFT = "emergency.draft"
APPROVE = "emergency.approve"
BREAK_GLASS = "emergency.break-glass"
DRILL = "emergency.drill"

# The kind of message under which the ledger keeps what this room sends.
MESSAGE_KIND = "emergency.alert"

# How long an alert that one person sent may wait for its review.
REVIEW_MINUTES = 30
