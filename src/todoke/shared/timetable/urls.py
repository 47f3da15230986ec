"""The addresses of the closing days, below /desk/closing-days/."""

from django.urls import path

from todoke.shared.timetable import views

app_name = "timetable"

urlpatterns = [
    path("", views.closings, name="closings"),
    path("<int:pk>/open-again/", views.open_again, name="open-again"),
]
