"""Flows, cases, their history, timers, tasks, letters and effects."""

import datetime
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0003_sample_accounts"),
        ("retention", "0001_custody"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseCounter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("section_key", models.CharField(max_length=60)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("latest", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("section_key", "fiscal_year"), name="one_counter_a_year")
                ],
            },
        ),
        migrations.CreateModel(
            name="Flow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, unique=True)),
                ("draft", models.JSONField(null=True)),
                ("draft_saved_at", models.DateTimeField(null=True)),
                (
                    "draft_saved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "フロー",
            },
        ),
        migrations.CreateModel(
            name="FlowVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("document", models.JSONField()),
                ("sha256", models.CharField(max_length=64)),
                ("published_at", models.DateTimeField()),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="casework.flow"
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "フローの版",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=90, unique=True)),
                ("fiscal_year", models.PositiveSmallIntegerField()),
                ("subject_type", models.CharField(max_length=100)),
                ("subject_key", models.CharField(max_length=200)),
                ("resident_id", models.PositiveBigIntegerField(null=True)),
                ("owns_custody", models.BooleanField(default=False)),
                ("state", models.CharField(max_length=60)),
                ("revision", models.PositiveIntegerField()),
                ("seq", models.PositiveIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("arrived_at", models.DateTimeField()),
                ("arrived_by", models.CharField(max_length=60)),
                ("due_date", models.DateField(null=True)),
                ("sort_date", models.DateField(default=datetime.date(9999, 12, 31))),
                ("stops", models.JSONField(default=list)),
                ("is_stopped", models.BooleanField(default=False)),
                ("outcome", models.CharField(blank=True, max_length=60)),
                ("closed_on", models.DateField(null=True)),
                (
                    "custody",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="retention.custody"
                    ),
                ),
                (
                    "handler",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.section"
                    ),
                ),
                (
                    "flow_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.flowversion"
                    ),
                ),
            ],
            options={
                "verbose_name": "案件",
            },
        ),
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_from_resident", models.BooleanField()),
                ("seq", models.PositiveIntegerField()),
                ("written_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("once", models.UUIDField(unique=True)),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["case", "seq"],
            },
        ),
        migrations.CreateModel(
            name="Task",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("title", models.JSONField()),
                ("resident_id", models.PositiveBigIntegerField(null=True)),
                ("fields", models.JSONField(default=list)),
                ("then", models.CharField(max_length=60)),
                ("due_date", models.DateField(null=True)),
                ("opened_seq", models.PositiveIntegerField()),
                ("opened_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tasks", to="casework.case"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.section"
                    ),
                ),
            ],
            options={
                "verbose_name": "依頼",
            },
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60)),
                ("fires_at", models.DateTimeField(null=True)),
                ("armed_seq", models.PositiveIntegerField()),
                ("fired_seq", models.PositiveIntegerField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="timers", to="casework.case"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=100)),
                ("payload", models.JSONField()),
                ("private", models.BinaryField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="casework.case"
                    ),
                ),
            ],
            options={
                "ordering": ["case", "seq"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "seq"), name="case_event_has_its_number"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "opened",
                                    "moved",
                                    "assigned",
                                    "transferred",
                                    "flow-changed",
                                    "task-opened",
                                    "task-done",
                                    "task-withdrawn",
                                    "message",
                                    "timer-passed",
                                ],
                            )
                        ),
                        name="case_event_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EffectRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField()),
                ("effect", models.CharField(max_length=100)),
                ("once", models.CharField(max_length=64, unique=True)),
                ("settings", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "待っています"), ("done", "済みました"), ("gave-up", "人が確かめます")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("result", models.JSONField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=300)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="effects", to="casework.case"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["next_at"], name="effect_by_its_time"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "done", "gave-up"])), name="effect_run_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), ("result__isnull", False)),
                            models.Q(models.Q(("state", "done"), _negated=True), ("result__isnull", True)),
                            _connector="OR",
                        ),
                        name="effect_that_is_done_has_a_result",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="flowversion",
            constraint=models.UniqueConstraint(fields=("flow", "number"), name="flow_version_has_its_number"),
        ),
        migrations.AddConstraint(
            model_name="flowversion",
            constraint=models.UniqueConstraint(fields=("flow", "sha256"), name="flow_version_is_published_once"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=["section", "sort_date", "id"],
                name="case_inbox",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=["section", "state", "sort_date", "id"],
                name="case_inbox_by_state",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", True)),
                fields=["handler", "sort_date", "id"],
                name="case_of_handler",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["resident_id", "-id"], name="case_of_resident"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["flow_version", "state"], name="case_by_version"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_on__isnull", True), ("outcome", "")),
                    models.Q(models.Q(("outcome", ""), _negated=True), ("closed_on__isnull", False)),
                    _connector="OR",
                ),
                name="case_that_ended_says_how_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_date__isnull", True), ("sort_date", models.F("due_date")), _connector="OR"),
                name="case_is_sorted_by_its_due_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("owns_custody", False), ("custody__isnull", False), _connector="OR"),
                name="case_owns_a_custody_that_is_there",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                fields=("subject_type", "subject_key"), name="case_about_a_subject_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=("case", "key"),
                name="case_has_an_open_task_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_at__isnull", True), ("withdrawn_at__isnull", True), _connector="OR"),
                name="task_is_done_or_withdrawn",
            ),
        ),
        migrations.AddIndex(
            model_name="timer",
            index=models.Index(
                condition=models.Q(("fires_at__isnull", False)), fields=["fires_at"], name="timer_by_its_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.UniqueConstraint(fields=("case", "key"), name="case_has_a_timer_once"),
        ),
    ]
