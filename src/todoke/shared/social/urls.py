"""The register below /desk/social/, its public page /social/, and the simulators below /simulators/social/."""

from django.urls import path

from todoke.shared.social import views

app_name = "social"

urlpatterns = [
    path("", views.register, name="register"),
    path("open/", views.open_one, name="open"),
    path("quotas/", views.quotas, name="quotas"),
    path("<int:pk>/", views.account, name="account"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/quota/", views.set_quota, name="set-quota"),
    path("<int:pk>/close/", views.close, name="close"),
]

public_patterns = [path("", views.official, name="official")]

simulator_patterns = [
    path("", views.simulators, name="overview"),
    path("<slug:service>/", views.timeline, name="timeline"),
    path("<slug:service>/faults/", views.fault, name="fault"),
]
