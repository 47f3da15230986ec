import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("paperwork", "0002_guards"),
        ("people", "0004_residents_and_mandates"),
        ("retention", "0002_purging"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.BinaryField(max_length=16, unique=True)),
                ("used_on", models.DateField(null=True)),
                ("contact", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "回答の案内",
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.SlugField(max_length=60, unique=True)),
                (
                    "mode",
                    models.CharField(
                        choices=[("open", "だれでも答えられる"), ("invited", "案内を受けた人だけ")], max_length=10
                    ),
                ),
                (
                    "anonymity",
                    models.CharField(
                        choices=[("named", "記名"), ("unlinkable", "無記名（だれの回答か分からない）")], max_length=12
                    ),
                ),
                ("audience", models.JSONField(default=dict)),
                ("opens_on", models.DateField()),
                ("closes_on", models.DateField()),
                ("after_closing", models.BooleanField(default=False)),
                ("flows", models.JSONField(default=list)),
                ("letter", models.JSONField(default=dict)),
                ("closed_on", models.DateField(null=True)),
                ("results", models.JSONField(null=True)),
                ("published_on", models.DateField(null=True)),
                ("purged_on", models.DateField(null=True)),
                (
                    "custody",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="retention.custody"
                    ),
                ),
                (
                    "form_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="paperwork.formversion"
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.section"
                    ),
                ),
            ],
            options={
                "verbose_name": "アンケート",
                "ordering": ["-opens_on", "key"],
            },
        ),
        migrations.CreateModel(
            name="NamedAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("answered_on", models.DateField()),
                ("sealed", models.BinaryField()),
                (
                    "invitation",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="voices.invitation"
                    ),
                ),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="voices.survey"
                    ),
                ),
            ],
            options={
                "verbose_name": "記名の回答",
                "ordering": ["answered_on", "key"],
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="survey",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="voices.survey"),
        ),
        migrations.CreateModel(
            name="UnlinkableAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("sealed", models.BinaryField()),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="voices.survey"
                    ),
                ),
            ],
            options={
                "verbose_name": "無記名の回答",
            },
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(("opens_on__lte", models.F("closes_on"))), name="survey_opens_before_it_closes"
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("published_on__isnull", True), ("results__isnull", True)),
                    models.Q(("closed_on__isnull", False), ("published_on__isnull", False), ("results__isnull", False)),
                    _connector="OR",
                ),
                name="survey_results_are_published_after_its_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="survey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("after_closing", False),
                    models.Q(("anonymity", "unlinkable"), ("mode", "invited")),
                    _connector="OR",
                ),
                name="survey_after_a_case_is_by_invitation_and_unlinkable",
            ),
        ),
    ]
