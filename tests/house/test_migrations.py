from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_every_change_of_a_model_has_its_migration():
    # As `makemigrations --check` does it, without asking a database.
    written = MigrationLoader(None).project_state()
    detector = MigrationAutodetector(written, ProjectState.from_apps(apps))

    missing = detector.changes(graph=MigrationLoader(None).graph)

    assert {
        room: [str(change) for step in steps for change in step.operations] for room, steps in missing.items()
    } == {}


def test_no_room_has_two_ends_of_its_history():
    assert MigrationLoader(None).detect_conflicts() == {}
