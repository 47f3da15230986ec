"""The addresses of decisions, below /desk/decisions/."""

from django.urls import path

from todoke.shared.decisions import views

app_name = "decisions"

urlpatterns = [
    path("", views.box, name="box"),
    path("start/", views.start, name="start"),
    path("start/<slug:route>/", views.draft, name="draft"),
    path("<int:pk>/", views.decision, name="decision"),
    path("<int:pk>/amend/", views.amend, name="amend"),
    path("<int:pk>/files/<int:document>/", views.attachment, name="attachment"),
    path("batch/<slug:route>/<slug:kind>/<slug:section>/<slug:post>/", views.batch, name="batch"),
    path("absences/", views.absences, name="absences"),
    path("absences/<int:pk>/take-back/", views.take_back, name="take-back"),
    path("routes/", views.routes, name="routes"),
    path("hand-over/", views.hand_over, name="hand-over"),
]
