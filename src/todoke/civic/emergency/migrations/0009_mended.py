"""What an officer writes for one register stands beside the texts of the template, with the facts it was written for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("emergency", "0008_participants")]

    operations = [
        migrations.AddField(model_name="draft", name="mended", field=models.JSONField(default=dict, db_default={})),
    ]
