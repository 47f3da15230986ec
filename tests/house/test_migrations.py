from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils import translation


def test_every_change_of_a_model_has_its_migration():
    # As `makemigrations --check` does it, without asking a database; names of models count untranslated.
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))

    with translation.override(None):
        missing = detector.changes(graph=loader.graph)

    assert [
        f"{room}: {change}" for room, steps in missing.items() for step in steps for change in step.operations
    ] == []


def test_no_room_has_two_ends_of_its_history():
    assert MigrationLoader(None).detect_conflicts() == {}
