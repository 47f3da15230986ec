"""The addresses of FAX: the facilities' page /fax/, the board /desk/fax/, the tray /simulators/fax/."""

from django.urls import path

from todoke.shared.fax.views import board, confirming, tray

app_name = "fax"

urlpatterns = [
    path("fax/", confirming.enter, name="enter"),
    path("fax/<str:code>/", confirming.confirm_page, name="confirm"),
    path("desk/fax/", board.edition_list, name="editions"),
    path("desk/fax/<int:pk>/", board.board, name="board"),
    path("desk/fax/<int:pk>/asked/<int:sheet>/", board.asked, name="asked"),
]

simulator_patterns = [
    path("", tray.tray, name="tray"),
    path("fault/", tray.fault, name="fault"),
    path("<int:number>.pdf", tray.sheet, name="sheet"),
]
