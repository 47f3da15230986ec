from django.apps import AppConfig


class TimetableConfig(AppConfig):
    name = "todoke.shared.timetable"
    label = "timetable"
    verbose_name = "開庁日"
