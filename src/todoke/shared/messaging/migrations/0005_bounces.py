"""What came back is remembered, so that it counts once; and a person is asked where many refuse us."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0004_mass_lane_guards"),
    ]

    operations = [
        migrations.AlterField(
            model_name="followup",
            name="reason",
            field=models.CharField(
                choices=[
                    ("failed", "送信できませんでした"),
                    ("unknown", "届いたかどうか分かりません"),
                    ("expired", "期限までに届けられませんでした"),
                    ("policy", "相手のサーバーの方針で断られた宛先が多数あります"),
                ],
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Bounce",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField(max_length=16)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hard", "宛先なし"),
                            ("soft", "一時的な不達"),
                            ("policy", "相手の方針による拒否"),
                            ("complaint", "迷惑メールの通報"),
                        ],
                        max_length=10,
                    ),
                ),
                ("status", models.CharField(blank=True, max_length=12)),
                ("taken_at", models.DateTimeField(db_index=True)),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.contact"
                    ),
                ),
                (
                    "mailing",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.mailing"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("digest",), name="bounce_counts_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "complaint"), _negated=True),
                        fields=("mailing", "contact"),
                        name="bounce_is_one_for_a_mailing_and_a_contact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["hard", "soft", "policy", "complaint"])),
                        name="bounce_has_a_known_kind",
                    ),
                ],
            },
        ),
    ]
