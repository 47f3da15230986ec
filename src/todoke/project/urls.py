"""Every address of the house. A room's addresses stand in its own list."""

from django.urls import URLPattern, URLResolver, include, path

from todoke.civic.emergency.urls import reply_patterns as drill_reply_patterns
from todoke.civic.notices.urls import public_patterns as notice_patterns
from todoke.civic.voices.urls import voice_patterns as voice_desk_patterns
from todoke.civic.voices.urls_public import survey_patterns, voice_patterns
from todoke.shared.calling.urls import link_patterns as calling_links
from todoke.shared.calling.urls import simulator_patterns as calling_simulator_patterns
from todoke.shared.documents.urls import simulator_patterns as time_stamp_patterns
from todoke.shared.fax.urls import simulator_patterns as fax_simulator_patterns
from todoke.shared.loudspeakers.urls import said_patterns
from todoke.shared.loudspeakers.urls import simulator_patterns as loudspeaker_simulator_patterns
from todoke.shared.messaging.urls import simulator_patterns
from todoke.shared.mirrors.urls import simulator_patterns as mirror_patterns
from todoke.shared.signage.urls import kiosk_patterns
from todoke.shared.signage.urls import simulator_patterns as board_patterns
from todoke.shared.sms.urls import desk_patterns as sms_desk_patterns
from todoke.shared.sms.urls import simulator_patterns as sms_simulator_patterns
from todoke.shared.social.urls import public_patterns as social_patterns
from todoke.shared.social.urls import simulator_patterns as social_simulator_patterns
from todoke.shared.subscriptions.urls import staff_patterns as subscription_patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("todoke.project.portal.urls")),
    path("", include("todoke.project.desk.urls")),
    path("", include("todoke.base.ui.urls")),
    path("", include("todoke.base.health.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("todoke.ground.people.urls")),
    path("desk/audit/", include("todoke.ground.audit.urls")),
    path("desk/looks/", include("todoke.ground.looks.urls")),
    path("desk/retention/", include("todoke.ground.retention.urls")),
    path("desk/emergency/", include("todoke.civic.emergency.urls")),
    path("drill-reply/", include((drill_reply_patterns, "emergency-reply"))),
    path("desk/notices/", include("todoke.civic.notices.urls")),
    path("notices/", include((notice_patterns, "notices-public"))),
    path("", include("todoke.civic.procedures.urls_public")),
    path("api/v1/", include("todoke.civic.procedures.urls_interface")),
    path("desk/voices/", include((voice_desk_patterns, "opinions"))),
    path("voices/", include((voice_patterns, "voices-public"))),
    path("desk/surveys/", include("todoke.civic.voices.urls")),
    path("surveys/", include((survey_patterns, "surveys"))),
    path("desk/messages/", include("todoke.shared.messaging.urls")),
    path("desk/loudspeakers/", include("todoke.shared.loudspeakers.urls")),
    path("loudspeakers/", include((said_patterns, "loudspeakers-said"))),
    path("simulators/loudspeakers/", include((loudspeaker_simulator_patterns, "loudspeakers-simulator"))),
    path("desk/watch/", include("todoke.shared.watch.urls")),
    path("desk/social/", include("todoke.shared.social.urls")),
    path("social/", include((social_patterns, "social-public"))),
    path("", include("todoke.shared.documents.urls")),
    path("simulators/timestamps/", include((time_stamp_patterns, "time-stamps-simulator"))),
    path("desk/print/", include("todoke.shared.paper.urls")),
    path("desk/mirrors/", include("todoke.shared.mirrors.urls")),
    path("simulators/mirror/", include((mirror_patterns, "mirrors-simulator"))),
    path("signage/", include("todoke.shared.signage.urls")),
    path("kiosk/", include((kiosk_patterns, "kiosk"))),
    path("simulators/board/", include((board_patterns, "board-simulator"))),
    path("desk/said/", include("todoke.shared.said.urls")),
    path("desk/calling/", include("todoke.shared.calling.urls")),
    path("calls/", include((calling_links, "calling-links"))),
    path("desk/delegation/", include("todoke.shared.delegation.urls")),
    path("desk/case-effects/", include("todoke.shared.casework.urls")),
    path("desk/decisions/", include("todoke.shared.decisions.urls")),
    path("desk/unforeseen/", include("todoke.shared.unforeseen.urls")),
    path("desk/", include("todoke.civic.procedures.urls")),
    path("desk/closing-days/", include("todoke.shared.timetable.urls")),
    path("desk/subscriptions/", include((subscription_patterns, "subscriptions-staff"))),
    path("subscriptions/", include("todoke.shared.subscriptions.urls")),
    path("simulators/social/", include((social_simulator_patterns, "social-simulators"))),
    path("", include("todoke.shared.fax.urls")),
    path("simulators/fax/", include((fax_simulator_patterns, "fax-simulator"))),
    path("sms/", include("todoke.shared.sms.urls")),
    path("desk/sms/", include((sms_desk_patterns, "sms-desk"))),
    path("simulators/sms/", include((sms_simulator_patterns, "sms-simulator"))),
    path("simulators/telephones/", include((calling_simulator_patterns, "calling-simulator"))),
    path("simulators/lalert/", include("todoke.shared.lalert.urls")),
    path("simulators/", include((simulator_patterns, "messaging-simulators"))),
]

handler400 = "todoke.project.portal.views.bad_request"
handler403 = "todoke.project.portal.views.refused"
handler404 = "todoke.project.portal.views.not_found"
handler500 = "todoke.project.portal.views.failed"
