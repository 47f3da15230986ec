from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0003_purge")]

    operations = [
        migrations.AddIndex(
            "decision", models.Index(fields=["subject_type", "subject_key"], name="decision_by_subject")
        ),
    ]
