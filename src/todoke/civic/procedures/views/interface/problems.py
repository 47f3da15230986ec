"""Refusals as application/problem+json: what, where, how to mend, in the language of the request."""

import json
from collections.abc import Sequence
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from todoke.base.limits import WINDOW_SECONDS
from todoke.civic.procedures.actions.exporting import TooMany
from todoke.civic.procedures.actions.refusals import CannotApply, LevelTooLow, NotAllowed, ProcedureRefused
from todoke.civic.procedures.exporting import BrokenLayout, DoesNotFit
from todoke.civic.procedures.views.interface.shapes import Fault
from todoke.ground.retention.models import Gone
from todoke.shared.paperwork.actions.responses import Incomplete, ResponseRefused
from todoke.shared.paperwork.filling.receipts import TooOften
from todoke.shared.paperwork.standing import Standing

MEDIA_TYPE = "application/problem+json"


def problem(status: int, code: str, detail: str, faults: Sequence[Fault] = ()) -> HttpResponse:
    """One refusal; `code` is for programmes and never changes, `detail` is for people."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "faults": [fault.dict() for fault in faults],
    }
    answer = HttpResponse(json.dumps(told, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        answer["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer["Retry-After"] = str(WINDOW_SECONDS)
    return answer


def faults_in(standing: Standing) -> list[Fault]:
    """What keeps a form from being handed in, question by question."""
    return [
        Fault(where=f"{key}:{trouble.part}" if trouble.part else key, says=str(trouble.what), mend=str(trouble.mend))
        for key, troubles in standing.troubles.items()
        for trouble in troubles
    ]


def answer_with_problems(api: NinjaAPI) -> None:
    """Let every refusal that an action knows leave as a problem; what nobody expects still fails aloud."""

    @api.exception_handler(Http404)
    def _not_there(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(404, "not-found", _("見つかりません。アドレスと、だれとして送ったかを確かめてください。"))

    @api.exception_handler(ValidationError)
    def _misshapen(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        # Never the input itself: an answer goes into logs that we do not keep.
        faults = [Fault(where=".".join(map(str, each["loc"])), says=str(each["msg"])) for each in error.errors]
        return problem(422, "misshapen", _("送られた内容の形が違います。faultsの場所を直してください。"), faults)

    @api.exception_handler(HttpError)
    def _unreadable(_request: HttpRequest, error: HttpError) -> HttpResponse:
        if error.status_code == HTTPStatus.UNAUTHORIZED:
            return problem(401, "key-missing", _("鍵がないか、使えない鍵です。Authorizationを確かめてください。"))
        return problem(400, "unreadable", _("送られた内容を読めません。JSONの書き方を確かめてください。"))

    @api.exception_handler(RequestDataTooBig)
    @api.exception_handler(TooManyFieldsSent)
    def _too_big(_request: HttpRequest, _error: Exception) -> HttpResponse:
        return problem(413, "too-large", _("送られた内容が大きすぎます。いくつかに分けてください。"))

    @api.exception_handler(TooOften)
    def _too_often(_request: HttpRequest, error: TooOften) -> HttpResponse:
        return problem(429, "too-often", str(error))

    @api.exception_handler(LevelTooLow)
    def _unsure(_request: HttpRequest, error: LevelTooLow) -> HttpResponse:
        return problem(403, "level-too-low", str(error))

    @api.exception_handler(NotAllowed)
    def _may_not(_request: HttpRequest, error: NotAllowed) -> HttpResponse:
        return problem(403, "not-allowed", str(error))

    @api.exception_handler(Incomplete)
    def _incomplete(_request: HttpRequest, error: Incomplete) -> HttpResponse:
        return problem(409, "incomplete", str(error), faults_in(error.standing))

    @api.exception_handler(CannotApply)
    def _cannot(_request: HttpRequest, error: CannotApply) -> HttpResponse:
        faults = [Fault(where="conditions", says=each.say()) for each in error.reasons]
        return problem(409, "cannot-apply", str(error), faults)

    @api.exception_handler(ProcedureRefused)
    @api.exception_handler(ResponseRefused)
    def _refused(_request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(409, "refused", str(error))

    @api.exception_handler(TooMany)
    def _many(_request: HttpRequest, error: TooMany) -> HttpResponse:
        words = _("%(count)d件あります。期間を短くしてください。") % {"count": error.number}
        return problem(409, "too-many", words)

    @api.exception_handler(DoesNotFit)
    @api.exception_handler(BrokenLayout)
    def _unfit(_request: HttpRequest, error: Exception) -> HttpResponse:
        return problem(409, "does-not-fit", str(error))

    @api.exception_handler(Gone)
    def _gone(_request: HttpRequest, _error: Gone) -> HttpResponse:
        return problem(410, "gone", _("保存する期間が終わったため、もうありません。"))
