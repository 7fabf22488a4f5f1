"""Every deployment setting: key, default, meaning; environment over `instance/settings.toml` over default.
INSTANCE_PATH alone is read from the environment only, for it says where that file lies.

What the school itself decides (caps, times, visibility) is not here but in `school.preferences`.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Setting:
    """One key with its default (text, number or yes/no) and what it means."""

    key: str
    default: str | int | bool
    meaning: str


SETTINGS = (
    Setting("DATABASE_URL", "", "Database; empty means SQLite in instance/school.db, else postgresql://…"),
    Setting("HOST", "127.0.0.1", "Address the server listens on."),
    Setting("PORT", 5000, "Port the server listens on."),
    Setting("SERVER", "granian", "WSGI server: granian (production), waitress (one process) or flask (development)."),
    Setting("WORKERS", 2, "Worker processes of granian."),
    Setting("HTTPS", False, "The site is reached over https: session cookies are marked Secure."),
    Setting("PUBLIC_URL", "", "Address families type, used in QR codes; empty means the address of the request."),
    Setting("TRUSTED_PROXIES", 0, "Number of reverse proxies whose X-Forwarded-* headers are trusted; 0 trusts none."),
    Setting("SQLITE_SYNCHRONOUS", "FULL", "FULL survives a power cut; NORMAL is a little faster and may lose the last commits."),
    Setting("FAMILY_DAYS_SIGNED_IN", 60, "Days a guardian stays signed in."),
    Setting("STAFF_HOURS_SIGNED_IN", 12, "Hours a member of staff stays signed in without a request."),
    Setting("MAX_UPLOAD_MIB", 12, "Largest request body, in MiB."),
    Setting("SMTP_HOST", "", "Mail server that sends notices; empty means the school sends no e-mail."),
    Setting("SMTP_PORT", 465, "Port of the mail server."),
    Setting("SMTP_USER", "", "Login at the mail server; empty means none."),
    Setting("SMTP_PASSWORD", "", "Password at the mail server."),
    Setting("SMTP_TLS", "tls", "tls (from the first byte, port 465), starttls (port 587) or none (a server on this machine)."),
    Setting("MAIL_FROM", "", "Address e-mails come from."),
    Setting("ROBOT_HOSTS", "qyapi.weixin.qq.com,oapi.dingtalk.com", "Hosts that robots of groups may have, by comma."),
    Setting("DEMO", True, "`flask school start` loads the demo school into an empty database; no for a real school."),
)


def instance_folder() -> Path:
    """Where secrets, the SQLite file and settings.toml lie: INSTANCE_PATH, else `instance/` beside app.py."""
    return Path(os.environ.get("INSTANCE_PATH") or ROOT / "instance")


def load(instance: Path, overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Flask configuration from defaults, `instance/settings.toml`, the environment and `overrides`, in that order."""
    instance.mkdir(parents=True, exist_ok=True)
    chosen = {setting.key: setting.default for setting in SETTINGS}
    chosen |= _from_file(instance / "settings.toml")
    chosen |= _from_environment()
    chosen |= dict(overrides or {})
    return chosen | _derived(chosen, instance)


def _from_file(path: Path) -> dict[str, Any]:
    """Values of a settings file; a key nobody knows is an error, not a silent nothing."""
    if not path.exists():
        return {}
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    unknown = set(values) - {setting.key for setting in SETTINGS}
    if unknown:
        raise ValueError(f"{path}: unknown settings {', '.join(sorted(unknown))}")
    return values


def _from_environment() -> dict[str, Any]:
    return {s.key: _typed(s, os.environ[s.key]) for s in SETTINGS if os.environ.get(s.key, "") != ""}


def _typed(setting: Setting, text: str) -> str | int | bool:
    """The text of an environment variable in the type of the setting's default."""
    if isinstance(setting.default, bool):
        return text.strip().lower() in {"1", "yes", "true", "on"}
    if isinstance(setting.default, int):
        try:
            return int(text)
        except ValueError:
            raise ValueError(f"{setting.key} must be a whole number, not {text!r}") from None
    return text


def _derived(chosen: Mapping[str, Any], instance: Path) -> dict[str, Any]:
    """Flask's own keys that follow from ours."""
    return {
        "SECRET_KEY": chosen.get("SECRET_KEY") or secret(instance / "secret_key"),
        "SQLALCHEMY_DATABASE_URI": _database_uri(str(chosen["DATABASE_URL"]), instance),
        "SESSION_COOKIE_NAME": "school_session",
        "SESSION_REFRESH_EACH_REQUEST": False,  # the session notes its last request every ten minutes, which renews it
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": bool(chosen["HTTPS"]),
        "PERMANENT_SESSION_LIFETIME": timedelta(days=int(chosen["FAMILY_DAYS_SIGNED_IN"])),
        "MAX_CONTENT_LENGTH": int(chosen["MAX_UPLOAD_MIB"]) * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "WTF_CSRF_CHECK_DEFAULT": False,  # the guard checks it itself, after it knows who is asking
        "WTF_CSRF_TIME_LIMIT": None,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/csv", "application/json", "text/javascript", "image/svg+xml"],
        "SEND_FILE_MAX_AGE_DEFAULT": 7 * 24 * 3600,
    }


def secret(path: Path) -> str:
    """The secret kept in `path`; made on first start, readable by its owner only, the same for all workers."""
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        fresh.chmod(0o600)
        try:
            os.link(fresh, path)  # unlike a rename, a link never replaces what another worker wrote first
        except FileExistsError:
            pass
        except OSError:
            fresh.replace(path)
        fresh.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()


def _database_uri(url: str, instance: Path) -> str:
    """SQLAlchemy's address of the database; PostgreSQL always through psycopg 3."""
    if not url:
        return f"sqlite:///{instance / 'school.db'}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
