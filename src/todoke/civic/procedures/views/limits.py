"""How often a receipt code may be tried: by page and interface together, from one place and for one code."""

from django.utils.translation import gettext as _

from todoke.base.limits import is_too_often, visitor
from todoke.civic.procedures.models import Filing
from todoke.civic.procedures.queries.filings import filing_with_receipt
from todoke.ground.people.gate import VisitorRequest
from todoke.shared.paperwork.rules import read_code

# In five minutes: from one place of the network, and for one code.
PLACE_MAX = 20
CODE_MAX = 10


class TooOften(Exception):
    """Somebody tries codes out."""

    def __str__(self) -> str:
        return _("何度も試されたため、しばらく見られません。5分ほど待ってから、もう一度入れてください。")


def look_up(request: VisitorRequest, code: str) -> Filing | None:
    """The filing with this receipt code. Raises TooOften."""
    if is_too_often("filing-place", visitor(request), PLACE_MAX) or is_too_often(
        "filing-code", read_code(code), CODE_MAX
    ):
        raise TooOften
    return filing_with_receipt(request.viewer, code)
