from django.urls import path

from todoke.project.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("alerts/", views.alert_file, name="alerts"),
    path("alerts/<path:address>", views.alert_file, name="alert-file"),
]
