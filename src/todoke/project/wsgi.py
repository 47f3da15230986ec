"""The application that the web server serves."""

import os

from django.core.wsgi import get_wsgi_application

from todoke.base.database_clock import keep_to_the_database
from todoke.project.start.console import log_to_console

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.project.settings")

application = get_wsgi_application()
log_to_console("web")
keep_to_the_database()
