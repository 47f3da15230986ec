"""How a draft is named where destinations are added to it."""

DRAFT_MATTER = "emergency.draft"


def matter_of(draft_id: int) -> str:
    """The name of a draft among the matters of the room of additions."""
    return f"{DRAFT_MATTER}:{draft_id}"
