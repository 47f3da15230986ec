"""What is stored: notices on their way to the public, and the templates from which they are begun."""

from todoke.civic.notices.models.notice import LIVE, TAKES_BACK, Notice, NoticeState
from todoke.civic.notices.models.template import Template

__all__ = ["LIVE", "TAKES_BACK", "Notice", "NoticeState", "Template"]
