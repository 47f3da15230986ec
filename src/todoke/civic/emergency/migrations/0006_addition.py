"""What an officer adds freely stands beside the texts of the template, with a translation where a person made one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emergency", "0005_drills")]

    operations = [
        migrations.AddField(model_name="draft", name="addition", field=models.JSONField(default=dict)),
    ]
