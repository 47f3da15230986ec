"""The readers that the watch brings itself: the feed, and a mailbox of the city."""
