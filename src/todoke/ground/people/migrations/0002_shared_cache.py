from django.db import migrations

# The table of Django's database cache (settings.CACHES), which counts sign-in attempts for all processes together.
CREATE = """
CREATE TABLE people_shared_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX people_shared_cache_expires ON people_shared_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_accounts_and_postings")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE people_shared_cache")]
