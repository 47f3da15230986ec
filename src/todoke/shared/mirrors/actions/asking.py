"""A person's part: have everything compared, and have removed what is public no longer."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from todoke.base.refusals import Refusal
from todoke.ground.audit.actions import record
from todoke.ground.people.rules import Viewer
from todoke.shared.mirrors.disk import public_files
from todoke.shared.mirrors.models import Mirror, MirrorFile
from todoke.shared.mirrors.rules import COMPARE_EVERY

OPERATE = "mirrors.operate"


class MirrorRefused(Refusal):
    """It could not be done. The text is fit for the screen."""

    says = _("この操作はできません。")


class NotAllowed(MirrorRefused):
    """The viewer may not work on mirrors."""

    says = _("この操作をする権限がありません。")


class NotNamed(MirrorRefused):
    """The mirror stands in the settings no more."""

    says = _("この写しのサイトは、いまの設定にありません。")


class NothingToRemove(MirrorRefused):
    """Everything that the mirror has is still public."""

    says = _("削除するファイルはありません。写しにあるものは、すべて公開中です。")


@transaction.atomic
def compare_all(mirror_id: int, *, viewer: Viewer, at: datetime) -> Mirror:
    """Have every file of a mirror compared with ours, from now on, ten in each round."""
    mirror = _mirror_for(mirror_id, viewer)
    mirror.files.update(compared_at=at - COMPARE_EVERY)
    Mirror.objects.filter(pk=mirror.pk).update(push_due_at=at, look_due_at=at, push_failures=0)
    record("mirrors.compared", on=mirror, by=viewer)
    return mirror


@transaction.atomic
def remove_withdrawn(mirror_id: int, *, viewer: Viewer, at: datetime) -> int:
    """Have removed from a mirror what is public here no longer, and say how many files that is."""
    mirror = _mirror_for(mirror_id, viewer)
    names = sorted(withdrawn(mirror))
    if not names:
        raise NothingToRemove
    MirrorFile.objects.filter(mirror=mirror, name__in=names).update(remove_at=at, remove_by_id=viewer.account_id)
    Mirror.objects.filter(pk=mirror.pk).update(push_due_at=at)
    record("mirrors.removed", on=mirror, by=viewer, after={"files": names})
    return len(names)


def withdrawn(mirror: Mirror) -> set[str]:
    """The files that a mirror was given, that are public here no longer, and of which nobody has said anything."""
    given = MirrorFile.objects.filter(mirror=mirror, remove_at=None).values_list("name", flat=True)
    return set(given) - set(public_files(settings.PUBLIC_ROOT))


def _mirror_for(mirror_id: int, viewer: Viewer) -> Mirror:
    if not viewer.may(OPERATE):
        raise NotAllowed
    mirror = Mirror.objects.select_for_update().filter(pk=mirror_id, is_named=True).first()
    if mirror is None:
        raise NotNamed
    return mirror
