"""The addresses of the room, below /desk/delegation/."""

from django.urls import path

from todoke.shared.delegation.views import files, granting, overview, speaking

app_name = "delegation"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("keys/", overview.make_keys, name="make-keys"),
    path("card/", overview.card, name="card"),
    path("partners/<int:pk>/check/", overview.check_partner, name="check-partner"),
    path("revoked/", overview.revoked, name="revoked"),
    path("records/<int:pk>/", overview.record, name="record"),
    path("file/", files.read, name="file"),
    path("grants/new/", granting.new, name="new-grant"),
    path("grants/<int:pk>/", granting.grant, name="grant"),
    path("grants/<int:pk>/issue/", granting.issue, name="issue"),
    path("grants/<int:pk>/file/", granting.file, name="grant-file"),
    path("grants/<int:pk>/take-back/", granting.take_back, name="take-back"),
    path("mandates/<int:pk>/", speaking.mandate, name="mandate"),
    path("mandates/<int:pk>/begin/", speaking.begin, name="begin"),
    path("mandates/<int:pk>/confirm/", speaking.confirm, name="confirm"),
    path("mandates/<int:pk>/decline/", speaking.decline, name="decline"),
    path("mandates/<int:pk>/end/", speaking.end, name="end"),
    path("mandates/<int:pk>/hand-back/", speaking.hand_back, name="hand-back"),
]
