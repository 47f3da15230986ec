"""The addresses of rounds, below /desk/calling/, of single calls and of the machine's receipts, below /calls/."""

from django.urls import path, re_path

from todoke.shared.calling.views import machine, rounds, telephones

app_name = "calling"

urlpatterns = [
    path("", rounds.rounds, name="rounds"),
    re_path(r"^(?P<pk>[0-9]{1,18})/(?P<way>told|unreached)/$", rounds.tick, name="tick"),
]

# As base.sealing makes them. What has another shape is no link of ours, and reaches no view.
link_patterns = [
    re_path(r"^(?P<token>[A-Za-z2-7]{32})/$", rounds.call_page, name="call"),
    re_path(r"^receipts/(?P<token>[A-Za-z2-7]{32})/$", machine.receipt, name="receipt"),
    re_path(r"^recordings/(?P<name>[0-9a-f]{64})\.wav$", machine.recording, name="recording"),
]

simulator_patterns = [
    path("", telephones.overview, name="telephones"),
    path("fault/", telephones.fault, name="fault"),
]
