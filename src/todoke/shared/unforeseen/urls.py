"""The addresses of additions, below /desk/unforeseen/."""

from django.urls import path

from todoke.shared.unforeseen import views

app_name = "unforeseen"

urlpatterns = [
    path("", views.additions, name="additions"),
    path("add/<str:kind>/<str:key>/", views.add, name="add"),
    path("<int:pk>/check/", views.check, name="check"),
    path("<int:pk>/refuse/", views.refuse, name="refuse"),
    path("<int:pk>/end/", views.end, name="end"),
    path("<int:pk>/ask-for-good/", views.ask_for_good, name="ask-for-good"),
    path("<int:pk>/keep-for-good/", views.keep_for_good, name="keep-for-good"),
]
