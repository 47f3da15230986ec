"""Broadcasts that a correction or cancellation stopped, and at which units."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("loudspeakers", "0001_units_and_broadcasts"),
        ("messaging", "0006_multicasts"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="broadcast",
            name="broadcast_has_a_known_state",
        ),
        migrations.RemoveConstraint(
            model_name="broadcast",
            name="broadcast_that_is_over_says_when",
        ),
        migrations.RemoveConstraint(
            model_name="sounding",
            name="sounding_has_a_known_state",
        ),
        migrations.AlterField(
            model_name="broadcast",
            name="state",
            field=models.CharField(
                choices=[
                    ("handing", "操作卓に渡しています"),
                    ("sounding", "放送中"),
                    ("done", "放送しました"),
                    ("partly", "鳴らなかったスピーカーがあります"),
                    ("lost", "結果が分かりません"),
                    ("stopped", "訂正・取消のために止めました"),
                ],
                default="handing",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="sounding",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "順番待ち"),
                    ("sounding", "放送中"),
                    ("sounded", "鳴りました"),
                    ("failed", "鳴りませんでした"),
                    ("unknown", "返事がありません"),
                    ("stopped", "途中で止めました"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="broadcast",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["handing", "sounding", "done", "partly", "lost", "stopped"])),
                name="broadcast_has_a_known_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="broadcast",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ("handing", "sounding"))),
                    models.Q(("ended_at__isnull", False), ("state__in", ("done", "partly", "lost", "stopped"))),
                    _connector="OR",
                ),
                name="broadcast_that_is_over_says_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="sounding",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "sounding", "sounded", "failed", "unknown", "stopped"])),
                name="sounding_has_a_known_state",
            ),
        ),
    ]
