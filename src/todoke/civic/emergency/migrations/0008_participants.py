"""Staff who agreed to take part in a drill at addresses of their own, and their word that a message arrived."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("emergency", "0007_states_of_the_city"),
        ("messaging", "0006_multicasts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DrillParticipant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("way", models.CharField(choices=[("mail", "メール"), ("telephone", "電話")], max_length=10)),
                ("purpose", models.CharField(max_length=500)),
                ("agreed_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("left_at", models.DateTimeField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "destination",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.destination"
                    ),
                ),
                (
                    "drill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="participants", to="emergency.drill"
                    ),
                ),
            ],
            options={
                "verbose_name": "訓練の参加者",
                "ordering": ["drill", "account", "pk"],
            },
        ),
        migrations.CreateModel(
            name="DrillReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "by",
                    models.CharField(choices=[("link", "メールの中のリンク"), ("page", "訓練の画面")], max_length=10),
                ),
                ("at", models.DateTimeField()),
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.delivery"
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="emergency.drillparticipant",
                    ),
                ),
            ],
            options={
                "verbose_name": "訓練の受信確認",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="drillparticipant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)),
                fields=("drill", "account", "way"),
                name="participant_takes_part_once_on_a_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="drillparticipant",
            constraint=models.CheckConstraint(
                condition=models.Q(("way__in", ["mail", "telephone"])), name="participant_has_a_known_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="drillparticipant",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose", ""), _negated=True), name="participant_agreed_for_a_purpose"
            ),
        ),
        migrations.AddConstraint(
            model_name="drillparticipant",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("agreed_at"))), name="participant_agreed_until_an_end"
            ),
        ),
        migrations.AddConstraint(
            model_name="drillreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("by__in", ("link", "page"))), name="receipt_has_a_known_way"
            ),
        ),
    ]
