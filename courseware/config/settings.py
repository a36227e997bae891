"""Settings of 仮想化ラボ: one file, values from the environment.

Three ways to run it:

* ``LOCAL=1`` (``make run``): a laptop. Plain HTTP on the loopback address, SQLite
  under ``var/``, a generated key.
* ``DEBUG=1``: the same, with Django's error pages, for development.
* neither: production. ``SECRET_KEY`` and ``ALLOWED_HOSTS`` must be set, and
  cookies and redirects require HTTPS.
"""

import os
import sys
import tempfile
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from courseware.config import environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
TESTING = "pytest" in sys.modules
DEBUG = environment.flag("DEBUG")
LOCAL = environment.flag("LOCAL") or DEBUG or TESTING
DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / "var"))
CONTENT_DIR = Path(os.environ.get("CONTENT_DIR", BASE_DIR / "content"))

SECRET_KEY = environment.secret_key(LOCAL, DATA_DIR / "secret_key")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if LOCAL else "")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
# Only behind a proxy that sets X-Forwarded-Proto and appends to X-Forwarded-For itself
TRUST_PROXY = environment.flag("TRUST_PROXY")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    # Before staticfiles, so that `runserver` serves static files as production does.
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "template_partials",
    "courseware.classes",
    "courseware.lessons",
    "courseware.quizzes",
    "courseware.labs",
    "courseware.hosts",
    "courseware.authoring",
]

MIDDLEWARE = [
    "courseware.config.head.head_has_no_body",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "courseware.config.body_limit.BodyLimitMiddleware",  # before the token is read from the body
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "courseware.classes.http.LearnerMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "courseware.config.urls"
WSGI_APPLICATION = "courseware.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "courseware.config.appearance.theme",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.config(
        default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}", conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        # Readers never wait for a writer (WAL); writers queue instead of failing (IMMEDIATE).
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # A file, as in real use: threads of a test then see WAL's locks, not a shared cache's.
    # Of each process its own, so that two test runs at once do not meet.
    DATABASES["default"]["TEST"] = {
        "NAME": str(Path(tempfile.gettempdir()) / f"courseware-test-{os.getpid()}.sqlite3")
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "classes.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "courseware.classes.passwords.MinimumLength", "OPTIONS": {"min_length": 10}},
    {"NAME": "courseware.classes.passwords.UserAttributeSimilarity"},
    {"NAME": "courseware.classes.passwords.Common"},
    {"NAME": "courseware.classes.passwords.Numeric"},
]
LOGIN_URL = "classes:login"
LOGIN_REDIRECT_URL = "classes:my_page"
LOGOUT_REDIRECT_URL = "lessons:course"
# A guest's work lives with the session cookie, so it must not end with the browser.
SESSION_COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
SESSION_COOKIE_NAME = "vlab_session"
CSRF_COOKIE_NAME = "vlab_csrf"

# Language and time
LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_I18N = True
USE_TZ = True

# Static files: hashed names and compression, served by WhiteNoise
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],  # the editor's styles; only a page that uses it has a nonce
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "courseware.classes.views.csrf_failure"
if not LOCAL:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", True)
    SECURE_HSTS_SECONDS = environment.number("SECURE_HSTS_SECONDS", 365 * 24 * 60 * 60)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = environment.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = environment.flag("SECURE_HSTS_PRELOAD", True)
    if TRUST_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO" if DEBUG else "WARNING"},
}

# Composition: what the apps add to pages and commands of others that may not import them
CONTENT_IMPORTERS = [
    "courseware.lessons.importing",
    "courseware.quizzes.importing",
    "courseware.quizzes.set_importing",
    "courseware.labs.importing",
]
MY_PAGE_SECTIONS = [
    "courseware.lessons.my_page.section",
    "courseware.quizzes.my_page.section",
    "courseware.labs.my_page.section",
]

# Limits: each is named, tested at its edge, and shown to the user before they hit it
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024  # bytes of a request body
LESSON_MAX_SOURCE_CHARACTERS = 100_000
CPUINFO_MAX_BYTES = 2 * 1024 * 1024  # of a pasted text or an uploaded file; below the body limit
CPUINFO_NAMES_SHOWN = 100  # names without an explanation that are listed; all are counted
CPUINFO_QUERY_CHARACTERS = 100  # of a search among the flags
CPUINFO_COMPARE_MAX_BYTES = 4 * 1024 * 1024  # of all texts of one comparison
CPUINFO_KEPT_HOSTS = 50  # texts that one account may keep
CPUINFO_KEPT_BYTES = 10 * 1024 * 1024  # of all texts that one account keeps
QUIZ_ATTEMPTS_SHOWN = 20  # past attempts listed on one page
QUIZ_DRAFT_CHARACTERS = 50_000  # of what is typed for one question and not graded yet
QUIZ_REGRADE_ANSWERS = 5_000  # graded again in one transaction; more in further rounds
QUIZ_ROWS_SHOWN = 50  # changed answers on one page, and regrades on one page of their list
QUIZ_STATISTICS_ATTEMPTS = 2_000  # of one quiz or set, the newest; the figures stand on these
QUIZ_STATISTICS_ANSWERS_SHOWN = 20  # of the different typed answers, and of a question's variants
QUIZ_PAUSE_MINUTES = 30  # a longer time from one answer to the next is no time of thinking
QUIZ_GRACE_SECONDS = 30  # after the deadline of an attempt, for the network's delay
LAB_LIMITS = {
    "characters": 20_000,  # of a program's source
    "lines": 2_000,
    "expanded_lines": 20_000,  # that macros and repetitions may come to
    "expanded_characters": 1_000_000,
    "nesting": 64,  # of macros, repetitions and conditions
    "image_bytes": 64 * 1024,  # of the assembled program
    "memory_bytes": 256 * 1024,  # of the machine
    "output_bytes": 8 * 1024,  # that a program may print
    "instructions": 1_000_000,  # of one press of the run button
    "seconds": 5,  # of processor time, of one run or one grading with all its tests
}
LAB_PROGRAMS_SHOWN = 20  # a learner's other programs listed in one lab
LAB_RUNS_KEPT = 200  # runs of one program; the oldest beyond them are dropped
LAB_RUNS_SHOWN = 30  # runs on one page of their list
RUNNER_PROCESSES = environment.number("RUNNER_PROCESSES", 2)  # of each web process
# Fewer than a web process has threads, so that pages are served while all runs are busy.
RUNNER_WAITING = 8  # requests of each web process that may wait for a runner process
RUNNER_WAIT_SECONDS = 10  # for a free runner process
RUNNER_PER_LEARNER = 2  # requests of one learner under way at once, in each web process
RUNNER_WALL_SECONDS = 20  # until a runner process that does not answer is ended
RUNNER_CPU_SECONDS = 8  # of one request, by the kernel's count
RUNNER_ADDRESS_SPACE_BYTES = 512 * 1024 * 1024
RATE_LIMIT_STORAGE = os.environ.get("RATE_LIMIT_STORAGE", "memory://")
RATE_LIMITS = {
    # Failed tries to sign in: at an account from an address, at an account, from an address
    "login": environment.rate("RATE_LIMIT_LOGIN", "10/minute"),
    "login_account": environment.rate("RATE_LIMIT_LOGIN_ACCOUNT", "100/minute"),
    "login_address": environment.rate("RATE_LIMIT_LOGIN_ADDRESS", "300/minute"),
    # From an address: a class of sixty may sign up together, each at a second try
    "signup": environment.rate("RATE_LIMIT_SIGNUP", "180/minute"),
    # By a learner, or from a visitor's address
    "answers": environment.rate("RATE_LIMIT_ANSWERS", "240/minute"),
    "drafts": environment.rate("RATE_LIMIT_DRAFTS", "600/minute"),
    "runs": environment.rate("RATE_LIMIT_RUNS", "240/minute"),
    "cpuinfo": environment.rate("RATE_LIMIT_CPUINFO", "300/minute"),
    "preview": environment.rate("RATE_LIMIT_PREVIEW", "120/minute"),
}
