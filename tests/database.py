"""The database of the tests, for processes that a test starts."""

from urllib.parse import quote

from django.db import connection


def address_of_the_tests() -> str:
    """Its address as DATABASE_URL takes it; the embedded server listens on a socket in a folder."""
    facts = connection.settings_dict
    host = quote(str(facts["HOST"]), safe="")
    port = f":{facts['PORT']}" if facts["PORT"] else ""
    return f"postgresql://{quote(str(facts['USER']), safe='')}@{host}{port}/{facts['NAME']}"
