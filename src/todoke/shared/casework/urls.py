"""What waits for a person, below /desk/case-effects/."""

from django.urls import path

from todoke.shared.casework import views

app_name = "casework"

urlpatterns = [
    path("", views.effects, name="effects"),
    path("<int:pk>/again/", views.again, name="effect-again"),
]
