"""Django's settings, made from the environment (environment.py) and from nothing else."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from todoke.base.health import logs
from todoke.base.postgres import EmbeddedServer
from todoke.base.postgres.address import read_address
from todoke.project.environment import read_environment
from todoke.shared.mirrors.rules import Kind, Place

ENVIRONMENT = read_environment()

VAR: Path = ENVIRONMENT["TODOKE_VAR"]
CITY_FOLDER: Path = ENVIRONMENT["TODOKE_CITY"]
PORT: int = ENVIRONMENT["TODOKE_PORT"]
SITE_ADDRESS: str = ENVIRONMENT["TODOKE_ADDRESS"] or f"http://127.0.0.1:{PORT}"
SIMULATORS: bool = ENVIRONMENT["TODOKE_SIMULATORS"]

# Public pages are files below this folder, served by any web server; drills write theirs beside it, never into it.
PUBLIC_ROOT = VAR / "public"
DRILL_ROOT = VAR / "drill"
SIMULATOR_ROOT = VAR / "simulators"
INTAKE_FOLDER = VAR / "intake"
FEEDS: tuple[str, ...] = ENVIRONMENT["TODOKE_FEEDS"]
FILES_ROOT = VAR / "files"
MALWARE_SCANNER: str = ENVIRONMENT["TODOKE_MALWARE_SCANNER"]


def _kept_secret(path: Path, *, size: int = 64) -> str:
    """A random secret of so many bytes, made once, readable by the owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(size))
        # Two processes may start at the same moment: the link of the first one stands, whole, and both read it.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()


SECRET_KEY: str = ENVIRONMENT["TODOKE_SECRET"] or _kept_secret(VAR / "secret")
# Apart from the secret, which may be changed on any day: what these have sealed must still open in years.
SEAL_KEYS: tuple[str, ...] = ENVIRONMENT["TODOKE_SEAL_KEYS"] or (_kept_secret(VAR / "seal-key"),)

# The keys of what is in custody: outside the database and its backups, so that a purge reaches those too.
KEY_STORE: Path = ENVIRONMENT["TODOKE_KEY_STORE"] or VAR / "keys"

LOOKS_YEARS: int = ENVIRONMENT["TODOKE_LOOKS_YEARS"]
LOOKS_NAMES: bool = ENVIRONMENT["TODOKE_LOOKS_NAMES"]
PROCEDURES_PUBLISHED_BY_TWO: bool = ENVIRONMENT["TODOKE_PROCEDURES_PUBLISHED_BY_TWO"]

# Made with the first backup, not at every start: whoever gives it in the environment never has the file.
BACKUP_KEY: str | None = ENVIRONMENT["TODOKE_BACKUP_KEY"]
BACKUP_KEY_FILE = VAR / "backup-key"
BACKUP_ROOT = VAR / "backups"
# What this host has seen of the database's time; on every host a file of its own.
TIDE_FILE = VAR / "tide.json"

# The server that `todoke up` starts when no database is named; None when one is.
EMBEDDED_SERVER = None if ENVIRONMENT["DATABASE_URL"] else EmbeddedServer(VAR / "postgres")

SIMULATOR_PORTS: tuple[int, int] = ENVIRONMENT["TODOKE_SIMULATOR_PORTS"]
SOCIAL_SIMULATOR_PORT: int = ENVIRONMENT["TODOKE_SOCIAL_SIMULATOR_PORT"]
# The register names them, so that a city gives each account a variable of its own; they are read nowhere else.
SOCIAL_SECRETS = {name: value for name, value in os.environ.items() if name.startswith("TODOKE_SOCIAL_SECRET_")}
CONTROL_STATION: str = ENVIRONMENT["TODOKE_CONTROL_STATION"]
CONTROL_STATION_TOKEN: str = ENVIRONMENT["TODOKE_CONTROL_STATION_TOKEN"]
CONTROL_STATION_SIMULATOR_PORT: int = ENVIRONMENT["TODOKE_CONTROL_STATION_SIMULATOR_PORT"]
# The sounds of broadcasts and the compiled dictionaries; everything in it can be made again but what was said.
LOUDSPEAKER_ROOT = VAR / "loudspeakers"
MAIL_SERVER: str = ENVIRONMENT["TODOKE_MAIL_SERVER"]
MAIL_FROM: str = ENVIRONMENT["TODOKE_MAIL_FROM"]
MAIL_UNSUBSCRIBE: str = ENVIRONMENT["TODOKE_MAIL_UNSUBSCRIBE"]
MAIL_PACE: dict[str, float] = ENVIRONMENT["TODOKE_MAIL_PACE"]
BOUNCE_MAILBOX: str = ENVIRONMENT["TODOKE_BOUNCE_MAILBOX"]
LINE_TOKEN: str = ENVIRONMENT["TODOKE_LINE_TOKEN"]
LINE_SECRET: str = ENVIRONMENT["TODOKE_LINE_SECRET"]
LINE_ACCOUNT: str = ENVIRONMENT["TODOKE_LINE_ACCOUNT"]
LINE_RESERVE: int = ENVIRONMENT["TODOKE_LINE_RESERVE"]
# Any 32 bytes are a private key of P-256, but for one case in four thousand million, which is refused at start.
PUSH_KEY: str = ENVIRONMENT["TODOKE_PUSH_KEY"] or _kept_secret(VAR / "push-key", size=32)
FAX: str = ENVIRONMENT["TODOKE_FAX"]
FAX_LINES: int = ENVIRONMENT["TODOKE_FAX_LINES"]
FAX_CONFIRM_MINUTES: int = ENVIRONMENT["TODOKE_FAX_CONFIRM_MINUTES"]
# Beside the other simulators, so that two houses on one machine need no more than two pairs of ports.
FAX_SIMULATOR_PORT: int = ENVIRONMENT["TODOKE_FAX_SIMULATOR_PORT"] or SIMULATOR_PORTS[1] + 5
SMS: Path | None = ENVIRONMENT["TODOKE_SMS"]
# The form names them; they are read nowhere else.
SMS_SECRETS = {name: value for name, value in os.environ.items() if name.startswith("TODOKE_SMS_SECRET_")}
SMS_SIMULATOR_PORT: int = ENVIRONMENT["TODOKE_SMS_SIMULATOR_PORT"] or SIMULATOR_PORTS[1] + 6
# The OpenID Connect providers by which residents sign in; a fault in the file stops the start.
SIGN_IN: Path | None = ENVIRONMENT["TODOKE_SIGN_IN"]
# The file names them; they are read nowhere else.
SIGN_IN_SECRETS = {name: value for name, value in os.environ.items() if name.startswith("TODOKE_SIGN_IN_SECRET_")}
CALLS: Path | None = ENVIRONMENT["TODOKE_CALLS"]
CALLS_SECRETS = {name: value for name, value in os.environ.items() if name.startswith("TODOKE_CALLS_SECRET_")}
CALLS_SIMULATOR_PORT: int = ENVIRONMENT["TODOKE_CALLS_SIMULATOR_PORT"] or SIMULATOR_PORTS[1] + 7
# What automatic calls play; it can all be made again.
RECORDINGS_ROOT = VAR / "recordings"
DOCUMENT_SIGNER: Path | None = ENVIRONMENT["TODOKE_DOCUMENT_SIGNER"]
DOCUMENT_SIGNER_PASSWORD: str = ENVIRONMENT["TODOKE_DOCUMENT_SIGNER_PASSWORD"]
# The fictional city's own authority and signer, made at the first use; nothing else ever lies there.
DOCUMENT_SIGNER_ROOT = VAR / "document-signer"
TIMESTAMPS: str = ENVIRONMENT["TODOKE_TIMESTAMPS"]
LALERT_NODES: tuple[str, ...] = ENVIRONMENT["TODOKE_LALERT_NODES"]
LALERT_USER: str = ENVIRONMENT["TODOKE_LALERT_USER"]
LALERT_PASSWORD: str = ENVIRONMENT["TODOKE_LALERT_PASSWORD"]
LALERT_OFFICE: str = ENVIRONMENT["TODOKE_LALERT_OFFICE"]
LALERT_WRITER: str = ENVIRONMENT["TODOKE_LALERT_WRITER"]
LALERT_SIMULATOR_PORT: int = ENVIRONMENT["TODOKE_LALERT_SIMULATOR_PORT"]
READBACK_MAILBOX: str = ENVIRONMENT["TODOKE_READBACK_MAILBOX"]
# Not TODOKE_SECRET itself: what is derived from this one is given to partners.
WEBHOOK_SECRET: str = (
    ENVIRONMENT["TODOKE_WEBHOOK_SECRET"] or hashlib.sha256(b"todoke webhooks " + SECRET_KEY.encode()).hexdigest()
)

# Without a partner, and where everything outside is simulated, a folder of our own plays one.
MIRRORS: tuple[Place, ...] = ENVIRONMENT["TODOKE_MIRRORS"] or (
    (
        Place(
            key="simulated",
            name="協力先（模擬）",
            kind=Kind.FOLDER,
            address=str(SIMULATOR_ROOT / "mirror"),
            public=f"{SITE_ADDRESS}/simulators/mirror/",
        ),
    )
    if SIMULATORS
    else ()
)
if SIMULATORS:
    (SIMULATOR_ROOT / "mirror").mkdir(parents=True, exist_ok=True)

BOARD_TOKEN: str = ENVIRONMENT["TODOKE_BOARD_TOKEN"]
METRICS_TOKEN: str = ENVIRONMENT["TODOKE_METRICS_TOKEN"]
LOGS: str = ENVIRONMENT["TODOKE_LOGS"]
LOGGING = logs.settings_of(LOGS)

_DATABASE: dict[str, Any] = dict(
    EMBEDDED_SERVER.settings() if EMBEDDED_SERVER else read_address(ENVIRONMENT["DATABASE_URL"])
)

DATABASES = {
    "default": {
        **_DATABASE,
        "ENGINE": "django.db.backends.postgresql",
        # A pool for each process: threads that come and go share its connections.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            # For base/prepared alone: whatever else is asked has its values in its text, and is not prepared.
            "prepare_threshold": 2,
            # What the address asks for, such as sslmode.
            **_DATABASE.get("OPTIONS", {}),
            # The pool doubles its pause from try to try for as long as `reconnect_timeout` says. With the usual five
            # minutes, a database that was away for 40 s was found 12 s after it was back; so it is 2 s.
            "pool": {"min_size": 1, "max_size": 32, "timeout": 10, "reconnect_timeout": 5},
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "todoke.project.urls"
WSGI_APPLICATION = "todoke.project.wsgi.application"

ROOMS = [
    "todoke.base.ui",
    "todoke.base.backup",
    "todoke.base.rounds",
    "todoke.base.formulas",
    "todoke.ground.audit",
    "todoke.ground.people",
    "todoke.ground.retention",
    "todoke.ground.looks",
    "todoke.ground.files",
    "todoke.ground.places",
    "todoke.shared.paperwork",
    "todoke.shared.messaging",
    "todoke.shared.social",
    "todoke.shared.loudspeakers",
    "todoke.shared.mirrors",
    "todoke.shared.signage",
    "todoke.shared.lalert",
    "todoke.shared.subscriptions",
    "todoke.shared.watch",
    "todoke.shared.paper",
    "todoke.shared.documents",
    "todoke.shared.fax",
    "todoke.shared.unforeseen",
    "todoke.shared.delegation",
    "todoke.shared.calling",
    "todoke.shared.said",
    "todoke.shared.sms",
    "todoke.shared.timetable",
    "todoke.shared.decisions",
    "todoke.shared.casework",
    "todoke.civic.emergency",
    "todoke.civic.notices",
    "todoke.civic.pages",
    "todoke.civic.procedures",
    "todoke.civic.voices",
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
    # The first, so that whatever the others log has the number of the request.
    "todoke.base.health.requests.RequestIdMiddleware",
    # Before every other that looks at what was entered: it refuses what holds a My Number.
    "todoke.base.number_guard.NumberGuardMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "todoke.base.ui.languages.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "todoke.ground.people.gate.ViewerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # The last before the view: it refuses every view that has not said whom it is for.
    "todoke.ground.people.gate.GateMiddleware",
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
AUTHENTICATION_BACKENDS = ["todoke.ground.people.signing_in.LoginNameBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("login_name", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Signing in (django-allauth 65): login name and password, then an authenticator app or a passkey; nobody signs up.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "todoke.ground.people.signing_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "login_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {
    "login": "todoke.ground.people.forms.SignInForm",
    "reauthenticate": "todoke.ground.people.forms.PasswordAgainForm",
    "reset_password_from_key": "todoke.ground.people.forms.NewPasswordForm",
}
# Counted before the password is hashed, which costs 195 ms of a core; per address and per login name.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "todoke.ground.people.signing_in.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Todoke"
# A clock half a minute slow is forgiven; the same code is never taken twice.
MFA_TOTP_TOLERANCE = 1
# Browsers themselves allow passkeys without TLS on the machine's own address only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_ADDRESS.startswith("http://")
MFA_FORMS = {
    "authenticate": "todoke.ground.people.forms.CodeForm",
    "reauthenticate": "todoke.ground.people.forms.CodeOnceMoreForm",
    "activate_totp": "todoke.ground.people.forms.SetUpAppForm",
    "add_webauthn": "todoke.ground.people.forms.PasskeyForm",
    "edit_webauthn": "todoke.ground.people.forms.PasskeyNameForm",
}

# Shared by all processes and hosts, because the attempts are counted in it.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_shared_cache",
        # Django throws out a third of the entries at this number: high enough that nobody can wash out the counters.
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

SESSION_ENGINE = "todoke.ground.people.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
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
        "media-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
