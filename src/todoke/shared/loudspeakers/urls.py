"""The loudspeakers' addresses: below /desk/loudspeakers/, /loudspeakers/ and /simulators/loudspeakers/."""

from django.urls import path

from todoke.shared.loudspeakers.views import said, simulator, staff

app_name = "loudspeakers"

urlpatterns = [
    path("", staff.overview, name="overview"),
    path("<int:pk>/", staff.broadcast, name="broadcast"),
    path("<int:pk>/sound.wav", staff.sound, name="sound"),
]

said_patterns = [
    path("", said.page, name="page"),
    path("said.txt", said.script, name="script"),
    path("said.json", said.told, name="told"),
    path("<uuid:key>.wav", said.sound, name="sound"),
]

simulator_patterns = [
    path("", simulator.station, name="station"),
    path("faults/", simulator.faults, name="faults"),
    path("<uuid:key>.wav", simulator.sound, name="sound"),
]
