"""Django's settings, made from the environment (environment.py) and from nothing else."""

import secrets
from pathlib import Path

import dj_database_url

from todoke.base.postgres import EmbeddedServer
from todoke.project.environment import read_environment

ENVIRONMENT = read_environment()

VAR: Path = ENVIRONMENT["TODOKE_VAR"]
CITY_FOLDER: Path = ENVIRONMENT["TODOKE_CITY"]
SITE_ADDRESS: str = ENVIRONMENT["TODOKE_ADDRESS"]
PORT: int = ENVIRONMENT["TODOKE_PORT"]
SIMULATORS: bool = ENVIRONMENT["TODOKE_SIMULATORS"]

# Public pages are files below this folder, served by any web server; drills write theirs beside it, never into it.
PUBLIC_ROOT = VAR / "public"
DRILL_ROOT = VAR / "drill"
SIMULATOR_ROOT = VAR / "simulators"
INTAKE_FOLDER = VAR / "intake"


def _kept_secret(path: Path) -> str:
    """A random secret, made once, readable by the owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may start at the same moment: the one that creates the file wins, the other reads it.
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(secrets.token_urlsafe(64))
        except FileExistsError:
            pass
    return path.read_text()


SECRET_KEY: str = ENVIRONMENT["TODOKE_SECRET"] or _kept_secret(VAR / "secret")

DATABASES = {
    "default": {
        **(
            dj_database_url.parse(ENVIRONMENT["DATABASE_URL"])
            if ENVIRONMENT["DATABASE_URL"]
            else EmbeddedServer(VAR / "postgres").settings()
        ),
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "todoke.project.urls"
WSGI_APPLICATION = "todoke.project.wsgi.application"

ROOMS = [
    "todoke.base.ui",
    "todoke.ground.audit",
    "todoke.ground.people",
    "todoke.ground.files",
    "todoke.ground.places",
    "todoke.shared.messaging",
    "todoke.civic.emergency",
    "todoke.civic.pages",
    "todoke.project.portal",
    "todoke.project.desk",
    "todoke.project.start",
]

INSTALLED_APPS = [
    *ROOMS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "todoke.base.ui.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "todoke.project.portal.context.site_name",
            ],
        },
    }
]

# The texts in the code are Japanese; やさしい日本語 and English come from each room's catalogue.
LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", "日本語"), ("ja-easy", "やさしい日本語"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Tokyo"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# The rooms' own folders are served as they stand, so that nothing has to be collected before the first start. Collected
# files, for a web server or an object store in front, win. The folder must exist, or whitenoise warns at every start.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = SITE_ADDRESS.startswith("https://")
CSRF_COOKIE_SECURE = SITE_ADDRESS.startswith("https://")
CSRF_FAILURE_VIEW = "todoke.project.portal.views.csrf_refused"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
