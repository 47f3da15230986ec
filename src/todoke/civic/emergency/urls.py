"""The incident desk's addresses, below /desk/emergency/, and the page behind a drill mail's link."""

from django.urls import path

from todoke.civic.emergency.views import (
    deciding,
    desk,
    drafts,
    drills,
    editions,
    incidents,
    participants,
    sounds,
    states,
    telegrams,
)

app_name = "emergency"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("board/", desk.board, name="board"),
    path("start/", drafts.start, name="start"),
    path("drafts/", drafts.draft_list, name="drafts"),
    path("drafts/<int:pk>/", drafts.draft_page, name="draft"),
    path("drafts/<int:pk>/preview/", drafts.preview, name="preview"),
    path("drafts/<int:pk>/speech.wav", sounds.draft_sound, name="speech"),
    path("drafts/<int:pk>/submit/", deciding.submit, name="submit"),
    path("drafts/<int:pk>/take-back/", drafts.take_draft_back, name="take-back"),
    path("drafts/<int:pk>/approve/", deciding.approve, name="approve"),
    path("drafts/<int:pk>/return/", deciding.send_back, name="return"),
    path("drafts/<int:pk>/break-glass/", deciding.break_glass, name="break-glass"),
    path("drafts/<int:pk>/review/", deciding.review, name="review"),
    path("drafts/<int:pk>/discard/", drafts.drop, name="discard"),
    path("drafts/<int:pk>/take-over/", drafts.take_new_telegram, name="take-over"),
    path("drafts/<int:pk>/propose-order/", drafts.propose, name="propose-order"),
    path("editions/<int:pk>/", editions.edition_page, name="edition"),
    path("editions/<int:pk>/deliveries/", editions.edition_deliveries, name="edition-deliveries"),
    path("messages/<uuid:key>/cancel/", editions.cancel, name="cancel"),
    path("messages/<uuid:key>/<slug:way>/", editions.follow, name="follow"),
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/<int:pk>/", incidents.incident_page, name="incident"),
    path("incidents/<int:pk>/close/", incidents.close, name="close-incident"),
    path("incidents/<int:pk>/shelters/", states.shelters, name="shelters"),
    path("incidents/<int:pk>/headquarters/", states.headquarters, name="headquarters"),
    path("drills/", drills.drill_list, name="drills"),
    path("drills/mine/", participants.mine, name="my-drills"),
    path("drills/mine/<int:pk>/leave/", participants.leave_drill, name="leave-drill"),
    path("drills/mine/<int:pk>/received/", participants.received, name="received"),
    path("drills/<int:pk>/take-part/", participants.join, name="join-drill"),
    path("drills/<int:pk>/", drills.drill_page, name="drill"),
    path("drills/<int:pk>/report.json", drills.drill_report, name="drill-report"),
    path("drills/<int:pk>/pause/", drills.pause, name="pause-drill"),
    path("drills/<int:pk>/end/", drills.end, name="end-drill"),
    path("telegrams/", telegrams.telegram_list, name="telegrams"),
    path("telegrams/<int:pk>/", telegrams.telegram_page, name="telegram"),
    path("templates/", telegrams.template_list, name="templates"),
]

reply_patterns = [path("<slug:code>/", participants.reply, name="reply")]
