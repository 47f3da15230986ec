from django.urls import path

from todoke.base.ui import views

app_name = "ui"
urlpatterns = [path("style/", views.style_page, name="style")]
