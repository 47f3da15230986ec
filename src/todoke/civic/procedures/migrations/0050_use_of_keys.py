from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("procedures", "0040_mass")]

    operations = [migrations.AddField("interfacekey", "used_at", models.DateTimeField(null=True))]
