"""The tables of the plain form, beside the house's own in the database of the measurement."""

from django.db import connection

from bench._bare import ROWS

with connection.schema_editor() as editor:
    for row in ROWS.values():
        editor.create_model(row)
