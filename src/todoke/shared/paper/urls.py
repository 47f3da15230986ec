"""The addresses of printing, below /desk/print/."""

from django.urls import path

from todoke.shared.paper import views

app_name = "paper"

urlpatterns = [
    path("", views.edition_list, name="editions"),
    path("<int:pk>/", views.edition_page, name="edition"),
    path("<int:pk>/pack.zip", views.pack, name="pack"),
    path("<int:pk>/<slug:name>.pdf", views.sheet, name="sheet"),
    path("<int:pk>/done/<int:delivery>/", views.done, name="done"),
]
