"""A quota that staff have set on a page is no longer the file's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("social", "0001_register")]

    operations = [
        migrations.AddField(model_name="quota", name="set_at", field=models.DateTimeField(null=True)),
    ]
