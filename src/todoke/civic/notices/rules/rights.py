"""The rights of this room, and the names under which the ledger knows what it sends."""

READ = "notices.read"
WRITE = "notices.write"
APPROVE = "notices.approve"

MESSAGE_KIND = "notices.notice"
LANE = "normal"

# The public page as a destination of the ledger, and where one notice is read there.
PAGE_CHANNEL = "notices.page"
PAGE = "/notices/{message}/"

# Who asked for a topic, on whichever channel serves many at a time.
SUBSCRIBERS = "subscriptions.subscribers"
