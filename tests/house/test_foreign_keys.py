"""Foreign keys written as strings are imports that a linter cannot see."""

from django.apps import apps
from django.db import models

STOREYS = ("base", "ground", "shared", "civic", "packs", "project")


def room_of(model: type[models.Model]) -> tuple[int, str] | None:
    """Storey (0 is the lowest) and room of a model; None for one that is not ours."""
    parts = model.__module__.split(".")
    if parts[0] != "todoke":
        return None
    return STOREYS.index(parts[1]), parts[2]


def faults_of(field: models.Field) -> list[str]:
    """What is wrong with a key that leads from one room into another."""
    source, target = room_of(field.model), room_of(field.related_model)
    if source is None or target is None or source[1] == target[1]:
        return []
    name = f"{field.model._meta.label}.{field.name}"
    faults = []
    if target[0] > source[0]:
        faults.append(f"{name} points upstairs, to {field.related_model._meta.label}")
    if target[0] == source[0] and STOREYS[source[0]] in ("civic", "packs"):
        faults.append(f"{name} visits a neighbour, {field.related_model._meta.label}")
    if not field.remote_field.hidden:
        faults.append(f"{name} leaves a reverse name in {field.related_model._meta.label}: related_name='+'")
    on_delete = getattr(field.remote_field, "on_delete", None)
    if on_delete not in (None, models.PROTECT):
        faults.append(f"{name} does not protect what it points to: on_delete=models.PROTECT")
    return faults


def own_keys(models_of_the_house) -> list[models.Field]:
    return [
        field
        for model in models_of_the_house
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many)
        if field.is_relation and field.related_model
    ]


def test_keys_between_rooms_point_down_protect_and_leave_no_name_behind():
    ours = [model for model in apps.get_models() if room_of(model)]

    faults = [fault for field in own_keys(ours) for fault in faults_of(field)]

    assert faults == []
    assert len(ours) > 10


def test_a_planted_key_upstairs_with_a_reverse_name_is_caught():
    upstairs = apps.get_model("messaging", "Message")

    class Planted(models.Model):
        upward = models.ForeignKey(upstairs, models.CASCADE, related_name="planted")

        class Meta:
            app_label = "places"

    Planted.__module__ = "todoke.ground.places.models"
    try:
        faults = faults_of(Planted._meta.get_field("upward"))
    finally:
        del apps.all_models["places"]["planted"]
        apps.clear_cache()

    assert [fault.split(" ", 1)[1].split(",")[0].split(":")[0] for fault in faults] == [
        "points upstairs",
        "leaves a reverse name in messaging.Message",
        "does not protect what it points to",
    ]


def test_app_labels_are_the_rooms_names():
    ours = [config for config in apps.get_app_configs() if config.name.startswith("todoke.")]

    assert {config.label for config in ours} == {config.name.rsplit(".", 1)[1] for config in ours}
    assert {"admin", "auth", "sessions", "messages", "sites", "forms", "channels"}.isdisjoint(
        config.label for config in ours
    )


def test_migrations_import_nothing_of_ours():
    import re
    from pathlib import Path

    import todoke

    guilty = [
        str(path)
        for path in Path(todoke.__file__).parent.rglob("migrations/0*.py")
        if re.search(r"^\s*(import|from) todoke", path.read_text(), re.MULTILINE)
    ]

    assert guilty == []
