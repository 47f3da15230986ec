from django.urls import path

from todoke.project.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("alerts/", views.alert_file, name="alerts"),
    path("alerts/<path:address>", views.alert_file, name="alert-file"),
    path("on-behalf/<path:address>", views.on_behalf_file, name="on-behalf-file"),
    path("drill/alerts/", views.drill_file, name="drill"),
    path("drill/alerts/<path:address>", views.drill_file, name="drill-file"),
    path("drill/test/alerts/<path:address>", views.drill_test_file, name="drill-test-file"),
]
