"""Typed readers of environment variables; ``NAME_FILE`` names a file that holds the value (for secrets)."""

from __future__ import annotations

import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path


def text(name: str, default: str) -> str:
    """The variable's text, or that of the file which ``NAME_FILE`` names."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    return os.environ.get(name, default)


def integer(name: str, default: int) -> int:
    """A whole number.

    Raises:
        ValueError: the variable is set to something else.
    """
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ValueError(f"{name} 应为整数,现为 {value!r}") from None


def boolean(name: str, *, default: bool) -> bool:
    """1/true/yes/on or 0/false/no/off.

    Raises:
        ValueError: the variable is set to something else.
    """
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(f"{name} 应为 1 或 0,现为 {value!r}")


def words(name: str, default: list[str]) -> list[str]:
    """Words separated by commas."""
    value = text(name, "")
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def choice(name: str, allowed: list[str]) -> str:
    """One of these words; the first one when the variable is not set.

    Raises:
        ValueError: the variable is set to something else.
    """
    value = text(name, allowed[0])
    if value not in allowed:
        raise ValueError(f"{name} 应为 {'、'.join(allowed)} 之一,现为 {value!r}")
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Addresses or networks (10.0.0.0/8) separated by commas; none by default.

    Raises:
        ValueError: a word is neither.
    """
    try:
        return [ip_network(word) for word in words(name, [])]
    except ValueError as error:
        raise ValueError(f"{name} 应为以逗号分隔的地址或网段:{error}") from None


def data_directory() -> Path:
    """``RENDA_DATA_DIR``; else /var/lib/renda for root, else ``var`` beside the project."""
    default = Path("/var/lib/renda") if os.geteuid() == 0 else Path(__file__).resolve().parents[2] / "var"
    return Path(text("RENDA_DATA_DIR", str(default)))


def secret(name: str, path: Path) -> str:
    """The variable, else the key kept in ``path``, made at first use and readable by its owner only."""
    if value := text(name, ""):
        return value
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


def old_secret(name: str, path: Path, old: Path) -> str:
    """``secret``; a site that had one key for everything keeps its value here and gets a new one there.

    So what was made with the old key (query words of receipts) stays valid, and the key that two zones share no longer
    signs anybody's session.
    """
    if not os.environ.get(name) and not os.environ.get(f"{name}_FILE") and not path.exists() and old.exists():
        try:
            os.link(old, path)
        except FileExistsError:
            return secret(name, path)
        old.unlink()
    return secret(name, path)
