"""Hearing a draft before anybody else does."""

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from todoke.base.access import needs
from todoke.base.clock import now
from todoke.civic.emergency.queries.drafts import as_edition, content_of
from todoke.civic.emergency.rules.rights import READ
from todoke.civic.emergency.views.common import shown_draft
from todoke.shared.loudspeakers.playing import trial_response


@needs(READ)
@require_safe
def draft_sound(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sentences of a saved draft as the loudspeakers would say them, made when somebody asks for them."""
    draft = shown_draft(request, pk)
    try:
        edition = as_edition(draft, content_of(draft), now())
    except ValueError as error:
        raise Http404(_("読み上げる文がまだありません。")) from error
    return trial_response(request, edition)
