"""The application that the web server serves."""

import os

from django.core.wsgi import get_wsgi_application

from todoke.base.database_clock import keep_to_the_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.project.settings")

application = get_wsgi_application()
keep_to_the_database()
