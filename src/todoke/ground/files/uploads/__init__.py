"""What people send in, looked at byte by byte before it is kept. Doors: `files.actions.take_in` and these types."""

from todoke.ground.files.uploads.kinds import LIMITS, Limits, UploadKind
from todoke.ground.files.uploads.refusals import Reason, Refused

__all__ = ["LIMITS", "Limits", "Reason", "Refused", "UploadKind"]
