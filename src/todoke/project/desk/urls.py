from django.urls import path

from todoke.project.desk import views

app_name = "desk"
urlpatterns = [
    path("desk/", views.home, name="home"),
    path("desk/plain-japanese/", views.plain_japanese, name="plain-japanese"),
]
