"""The addresses of rounds, below /desk/calling/, and of single calls, below /calls/."""

from django.urls import path, re_path

from todoke.shared.calling import views

app_name = "calling"

urlpatterns = [
    path("", views.rounds, name="rounds"),
    re_path(r"^(?P<pk>[0-9]{1,18})/(?P<way>told|unreached)/$", views.tick, name="tick"),
]

# As base.sealing makes them. What has another shape is no link of ours, and reaches no view.
link_patterns = [re_path(r"^(?P<token>[A-Za-z2-7]{32})/$", views.call_page, name="call")]
