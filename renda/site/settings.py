"""Every setting has a default and a comment; a site changes one by an environment variable ``RENDA_<NAME>``.

Nothing must be set to start: keys that must be secret are made at first use in the data directory.
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import SELF

from renda.kernel.addresses import passkey_host
from renda.site import outside, public_zone
from renda.site.environment import (
    boolean,
    choice,
    data_directory,
    integer,
    networks,
    old_secret,
    secret,
    text,
    words,
)

BASE_DIR = Path(__file__).resolve().parents[2]
PACKAGES = BASE_DIR / "node_modules"

# Which side of the border this process is: "inner", or "public" (its own role, addresses and keys, and nothing else).
RENDA_ZONE = text("RENDA_ZONE", "inner")
_IS_PUBLIC = RENDA_ZONE == "public"
# How packages cross: "bridge" (one database) or "files" (two machines: renda exchange export/import).
RENDA_EXCHANGE = text("RENDA_EXCHANGE", "bridge")

# Where the database, uploaded files, keys and printed sign-ins live.
RENDA_DATA_DIR = data_directory()
RENDA_FILES_DIR = Path(text("RENDA_FILES_DIR", str(RENDA_DATA_DIR / "files")))

# Shows faults in full and the gallery of components; never on a real site.
DEBUG = boolean("RENDA_DEBUG", default=False)
# What receipt numbers and query words are made with; both zones have it, sessions are signed with another one.
RENDA_RECEIPT_KEY = old_secret("RENDA_RECEIPT_KEY", RENDA_DATA_DIR / "receipt.key", RENDA_DATA_DIR / "secret.key")
SECRET_KEY = (
    secret("RENDA_PUBLIC_SECRET_KEY", RENDA_DATA_DIR / "public" / "secret.key")
    if _IS_PUBLIC
    else secret("RENDA_SECRET_KEY", RENDA_DATA_DIR / "secret.key")
)

# Hosts that this site answers to, and origins that may post to it (scheme included), separated by commas.
ALLOWED_HOSTS = words("RENDA_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = words("RENDA_TRUSTED_ORIGINS", [])
# The proxies of this site, as addresses or networks: only what they say in X-Forwarded-For is believed. Empty: nobody.
RENDA_TRUSTED_PROXIES = networks("RENDA_TRUSTED_PROXIES")
# Behind a TLS proxy: cookies travel by https only.
RENDA_HTTPS = boolean("RENDA_HTTPS", default=False)
# The public zone's address (codes on walls lead there) and the inner zone's (notices lead there).
RENDA_PUBLIC_URL = text("RENDA_PUBLIC_URL", "http://127.0.0.1:8000")
RENDA_INNER_URL = text("RENDA_INNER_URL", "http://127.0.0.1:8080")
RENDA_PUBLIC_URLCONF = public_zone.URLCONF
RENDA_PUBLIC_REGISTRATIONS = public_zone.REGISTRATIONS
# Server-sent events of the inner zone: empty = same origin at /live; else the address of the live process.
RENDA_LIVE_URL = text("RENDA_LIVE_URL", "http://127.0.0.1:8081/live")
# The public may send this often in ten minutes: from one browser, from one network address (a whole office).
RENDA_SENDS_A_DEVICE = integer("RENDA_SENDS_A_DEVICE", 12)
RENDA_SENDS_AN_ADDRESS = integer("RENDA_SENDS_AN_ADDRESS", 120)
# One photo of a message, in bytes.
RENDA_PUBLIC_FILE_LIMIT = integer("RENDA_PUBLIC_FILE_LIMIT", 10 * 1024 * 1024)

RENDA_BRAND = text("RENDA_BRAND", "黄冈智慧人大")

# Hash of the audit chain: sha256, or sm3 where the site must use Chinese algorithms.
RENDA_HASH = choice("RENDA_HASH", ["sha256", "sm3"])

# Cipher of personal data in the database: aes-256-gcm, or sm4-gcm. After a change: `renda privacy reencrypt`.
RENDA_FIELD_CIPHER = choice("RENDA_FIELD_CIPHER", ["aes-256-gcm", "sm4-gcm"])

_INNER_APPS = [
    "renda.kernel.tenancy",
    "renda.kernel.parties",
    "renda.kernel.policy",
    "renda.kernel.audit",
    "renda.kernel.access",
    "renda.kernel.keys",
    "renda.kernel.personal",
    "renda.kernel.feedback",
    "renda.kernel.manual",
    "renda.kernel.timekeeping",
    "renda.kernel.saved_filters",
    "renda.kernel.events",
    "renda.kernel.deadlines",
    "renda.kernel.numbering",
    "renda.kernel.search",
    "renda.kernel.links",
    "renda.kernel.files",
    "renda.kernel.privacy",
    "renda.kernel.notices",
    "renda.kernel.documents",
    "renda.kernel.codes",
    "renda.kernel.exports",
    "renda.kernel.flow",
    "renda.kernel.secrecy",
    "renda.kernel.exchange",
    *(["renda.kernel.public_zone"] if RENDA_EXCHANGE == "bridge" else []),
    "renda.kernel.ui",
    "renda.congress",
    "renda.voice",
    "renda.proposals",
    "renda.duty",
    "renda.news",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_linear_migrations",
    "procrastinate.contrib.django",
    "renda.kernel.jobs",
    # Last: it loads every capability's policy and actions, once all models are known.
    "renda.kernel.actions",
]
INSTALLED_APPS = public_zone.APPS if _IS_PUBLIC else _INNER_APPS

_INNER_MIDDLEWARE = [
    "renda.kernel.addresses.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "renda.kernel.ui.middleware.BodyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "renda.kernel.ui.middleware.ErrorMiddleware",
    "renda.congress.middleware.ActorMiddleware",
]
MIDDLEWARE = public_zone.MIDDLEWARE if _IS_PUBLIC else _INNER_MIDDLEWARE

ROOT_URLCONF = public_zone.URLCONF if _IS_PUBLIC else "renda.site.urls"
WSGI_APPLICATION = "renda.site.wsgi.application"

_INNER_TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "renda.kernel.ui.context.house",
            ],
        },
    }
]

TEMPLATES = public_zone.TEMPLATES if _IS_PUBLIC else _INNER_TEMPLATES

# The inner web, the workers and the tests connect as renda_app (row-level security binds it), the public web as
# renda_public, migrations as renda_owner; on a machine of the public zone alone renda_app carries packages.
_ROLE = os.environ.get("RENDA_ROLE") or ("public" if _IS_PUBLIC else "app")
_NAMES = {"owner": "RENDA_OWNER_DATABASE_URL", "app": "RENDA_DATABASE_URL", "public": "RENDA_PUBLIC_DATABASE_URL"}
_URL = text(_NAMES[_ROLE], f"postgresql://renda_{_ROLE}@/renda?host={RENDA_DATA_DIR / 'socket'}")
DATABASES = {"default": dj_database_url.parse(_URL, conn_health_checks=True)}
# Values travel apart from the statement, so that PostgreSQL keeps the plan of what a connection asks again and again:
# planning was half of the database's work (row-level security adds its conditions to every statement).
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "server_side_binding": True,
    "prepare_threshold": 5,
}
# A pool a process (0 = none, for commands and tests); its size bounds the connections of the whole site.
RENDA_POOL_SIZE = integer("RENDA_POOL_SIZE", 0)
if RENDA_POOL_SIZE:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": RENDA_POOL_SIZE, "timeout": 10}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = None
# What all processes must know and may forget: that a figure of an authenticator was used. One table for all of them.
# The public zone keeps nothing.
CACHES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    if _IS_PUBLIC
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "renda_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_LINTER_OPTIONS = {"exclude_migration_tests": ["RUNPYTHON_REVERSIBLE"]}

AUTH_USER_MODEL = "congress.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/bench/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "user_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_ADAPTER = "renda.congress.adapters.AccountAdapter"
ACCOUNT_RATE_LIMITS = False  # congress.sign_in limits by account and address and lets a second factor through
# Passkeys belong to the inner zone's name and need https (localhost excepted): elsewhere there are none.
RENDA_PASSKEY_HOST = passkey_host(RENDA_INNER_URL)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", *(["webauthn"] if RENDA_PASSKEY_HOST else [])]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_ADAPTER = "renda.congress.adapters.SecondFactorAdapter"
MFA_TOTP_ISSUER = RENDA_BRAND
MFA_FORMS = {
    "authenticate": "renda.congress.forms.SecondFactorForm",
    "reauthenticate": "renda.congress.forms.ReauthenticateForm",
    "add_webauthn": "renda.congress.forms.AddPasskeyForm",
    "edit_webauthn": "renda.congress.forms.EditPasskeyForm",
}
USERSESSIONS_TRACK_ACTIVITY = False

# A signed-in browser that rests this long (seconds) is signed out.
RENDA_IDLE_SECONDS = integer("RENDA_IDLE_SECONDS", 30 * 60)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = RENDA_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# A name of its own: where both zones are under one host, neither reads the other's.
CSRF_COOKIE_NAME = "public_csrf" if _IS_PUBLIC else "csrftoken"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "renda.kernel.ui.views.csrf_failure"
# The gallery of components at /ui/gallery/ (DEBUG shows it too).
RENDA_GALLERY = boolean("RENDA_GALLERY", default=False)

_live_origin = "/".join(RENDA_LIVE_URL.split("/")[:3]) if "://" in RENDA_LIVE_URL else SELF
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF] if _IS_PUBLIC or _live_origin == SELF else [SELF, _live_origin],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "base-uri": [SELF],
        "object-src": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = RENDA_DATA_DIR / "static"
# Single files out of the npm packages; nothing is copied into the tree, nothing unused is collected.
RENDA_PACKAGE_FILES = {
    "tabler/tabler.min.css": PACKAGES / "@tabler/core/dist/css/tabler.min.css",
    "htmx/htmx.min.js": PACKAGES / "htmx.org/dist/htmx.min.js",
    "echarts/echarts.common.min.js": PACKAGES / "echarts/dist/echarts.common.min.js",
    # The files above name their source maps, and collectstatic insists on what is named.
    "tabler/tabler.min.css.map": PACKAGES / "@tabler/core/dist/css/tabler.min.css.map",
    "tabler/tabler.min.js.map": PACKAGES / "@tabler/core/dist/js/tabler.min.js.map",
    "htmx/htmx.min.js.map": PACKAGES / "htmx.org/dist/htmx.min.js.map",
}
# The manual's chapters and its pictures; where they did not come along, the help link is left out.
RENDA_MANUAL_DIR = BASE_DIR / "docs/manual"
RENDA_PACKAGE_FILES |= {f"manual/{picture.name}": picture for picture in (BASE_DIR / "docs/pictures").glob("*.png")}
RENDA_ICONS_DIR = PACKAGES / "@tabler/icons/icons"
STATICFILES_FINDERS = [
    "renda.site.static.PackageFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or boolean("RENDA_PLAIN_STATIC", default=False)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# Pages do not break while static files are not collected (tests, first seconds of a start).
WHITENOISE_MANIFEST_STRICT = False
WHITENOISE_USE_FINDERS = boolean("RENDA_STATIC_FROM_SOURCE", default=DEBUG)

# Uploads: one file, and one form's fields without files.
RENDA_FILE_LIMIT = integer("RENDA_FILE_LIMIT", 20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 12
FILE_UPLOAD_PERMISSIONS = 0o600
# ClamAV's socket ("" = not there; `renda doctor` says so).
RENDA_CLAMAV_SOCKET = text("RENDA_CLAMAV_SOCKET", "/run/clamav/clamd.ctl")

# E-mail goes out only when a host is named.
EMAIL_HOST = text("RENDA_EMAIL_HOST", "")
EMAIL_PORT = integer("RENDA_EMAIL_PORT", 25)
EMAIL_HOST_USER = text("RENDA_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = text("RENDA_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = boolean("RENDA_EMAIL_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = text("RENDA_EMAIL_FROM", "renda@localhost")

# Accounts with others; what each is and its defaults: outside.py.
RENDA_ALIYUN_SMS = outside.ALIYUN_SMS
RENDA_TENCENT_SMS = outside.TENCENT_SMS
RENDA_WECHAT = outside.WECHAT
RENDA_WECOM = outside.WECOM
RENDA_DINGTALK = outside.DINGTALK
RENDA_HOTLINE = outside.HOTLINE
RENDA_OIDC = outside.OIDC
RENDA_OIDC_SECOND_FACTOR = outside.OIDC_SECOND_FACTOR
RENDA_QUIET_HOURS = outside.QUIET_HOURS

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "renda.site.logs.LineFormatter",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": text("RENDA_LOG_LEVEL", "WARNING")},
    # A form with a mistake in it, or a page that is not there, is no news to whoever keeps the site.
    "loggers": {"django.request": {"level": "ERROR"}},
}
