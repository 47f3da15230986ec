import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0003_area_bounds_are_whole"),
    ]

    operations = [
        migrations.AddField(
            model_name="area",
            name="partner",
            field=models.CharField(
                blank=True, db_index=True, default="", max_length=6, verbose_name="代行する市のコード"
            ),
        ),
        migrations.AlterModelManagers(
            name="area",
            managers=[("everywhere", django.db.models.manager.Manager())],
        ),
    ]
