"""After the database has gone back in time: what it remembers of the mirrors is no longer true of them."""

from django.utils.translation import gettext as _

from todoke.base.backup.registry import Loss
from todoke.shared.mirrors.models import Mirror, MirrorFile


class MirrorsAfterRestore:
    """Every file counts as never given, and what somebody had told us to remove waits for a new word."""

    key = "mirrors.files"

    def set_aside(self, loss: Loss) -> str:
        """Forget what the mirrors were given, so that they are brought to what is public now."""
        del loss
        count = MirrorFile.objects.update(digest="", remove_at=None, remove_by=None)
        Mirror.objects.update(listed_at=None, push_claimed_until=None, look_claimed_until=None)
        if not count:
            return ""
        return _("写しのサイトのファイル %(count)d 件を、配り直します。") % {"count": count}

    def resume(self, loss: Loss, *, by: str) -> str:
        """Nothing was held."""
        del loss, by
        return ""

    def doubts(self, loss: Loss) -> list[str]:
        """Nothing that a person must look at: the sweep compares every file."""
        del loss
        return []
