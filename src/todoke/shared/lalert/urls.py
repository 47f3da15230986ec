"""The simulated nodes' addresses, below /simulators/lalert/."""

from django.urls import path

from todoke.shared.lalert import views

app_name = "lalert-simulator"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("faults/<slug:route>/", views.fault, name="fault"),
    path("<slug:node>/<int:number>/", views.document, name="document"),
]
