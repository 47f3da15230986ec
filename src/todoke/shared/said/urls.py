"""The addresses of what was said, below /desk/said/."""

from django.urls import path

from todoke.shared.said import views

app_name = "said"

urlpatterns = [
    path("", views.board, name="board"),
    path("editions/<int:pk>/", views.edition, name="edition"),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<int:pk>/", views.correction, name="correction"),
]
