"""The mirrors' addresses, below /desk/mirrors/, and the simulated partner's."""

from django.urls import path

from todoke.shared.mirrors import views

app_name = "mirrors"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("letter/", views.request_letter, name="letter"),
    path("<int:pk>/compare/", views.compare, name="compare"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]

simulator_patterns = [path("<path:name>", views.simulated, name="file")]
