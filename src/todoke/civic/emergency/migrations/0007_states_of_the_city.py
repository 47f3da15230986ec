"""The desk also tells which shelters are open, and whether the headquarters stands."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("emergency", "0006_addition"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="draft",
            name="draft_has_a_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="template",
            name="template_has_a_known_kind",
        ),
        migrations.AlterField(
            model_name="draft",
            name="kind",
            field=models.CharField(
                choices=[
                    ("evacuation", "避難情報"),
                    ("weather", "気象情報の伝達"),
                    ("flood", "河川の氾濫情報の伝達"),
                    ("tsunami", "津波情報の伝達"),
                    ("earthquake", "地震情報の伝達"),
                    ("volcano", "火山情報の伝達"),
                    ("lifting", "解除"),
                    ("rumour", "誤った情報の打消し"),
                    ("other", "その他"),
                    ("shelter", "避難所の開設状況"),
                    ("headquarters", "災害対策本部"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="template",
            name="kind",
            field=models.CharField(
                choices=[
                    ("evacuation", "避難情報"),
                    ("weather", "気象情報の伝達"),
                    ("flood", "河川の氾濫情報の伝達"),
                    ("tsunami", "津波情報の伝達"),
                    ("earthquake", "地震情報の伝達"),
                    ("volcano", "火山情報の伝達"),
                    ("lifting", "解除"),
                    ("rumour", "誤った情報の打消し"),
                    ("other", "その他"),
                    ("shelter", "避難所の開設状況"),
                    ("headquarters", "災害対策本部"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "evacuation",
                            "weather",
                            "flood",
                            "tsunami",
                            "earthquake",
                            "volcano",
                            "lifting",
                            "rumour",
                            "other",
                            "shelter",
                            "headquarters",
                        ],
                    )
                ),
                name="draft_has_a_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="template",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "evacuation",
                            "weather",
                            "flood",
                            "tsunami",
                            "earthquake",
                            "volcano",
                            "lifting",
                            "rumour",
                            "other",
                            "shelter",
                            "headquarters",
                        ],
                    )
                ),
                name="template_has_a_known_kind",
            ),
        ),
    ]
