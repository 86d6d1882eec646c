"""Settings are read from the environment; a wrong one stops the start and is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from renda.site.environment import choice, networks, old_secret, secret


def test_a_setting_that_is_no_network_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENDA_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    assert [str(network) for network in networks("RENDA_TRUSTED_PROXIES")] == ["127.0.0.1/32", "10.0.0.0/8"]
    monkeypatch.setenv("RENDA_TRUSTED_PROXIES", "nginx")
    with pytest.raises(ValueError, match="RENDA_TRUSTED_PROXIES"):
        networks("RENDA_TRUSTED_PROXIES")


def test_a_word_that_is_no_choice_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENDA_FIELD_CIPHER", raising=False)
    assert choice("RENDA_FIELD_CIPHER", ["aes-256-gcm", "sm4-gcm"]) == "aes-256-gcm"
    monkeypatch.setenv("RENDA_FIELD_CIPHER", "sm4-gcm")
    assert choice("RENDA_FIELD_CIPHER", ["aes-256-gcm", "sm4-gcm"]) == "sm4-gcm"
    monkeypatch.setenv("RENDA_FIELD_CIPHER", "des")
    with pytest.raises(ValueError, match="RENDA_FIELD_CIPHER"):
        choice("RENDA_FIELD_CIPHER", ["aes-256-gcm", "sm4-gcm"])


def test_an_older_site_keeps_its_words_and_gets_another_key_for_sessions(tmp_path: Path) -> None:
    old, new = tmp_path / "secret.key", tmp_path / "receipt.key"
    old.write_text("what it had", encoding="ascii")
    assert old_secret("RENDA_NO_SUCH_KEY", new, old) == "what it had"
    assert not old.exists()
    assert secret("RENDA_NO_OTHER_KEY", old) != "what it had"
    assert old_secret("RENDA_NO_SUCH_KEY", new, old) == "what it had"


def test_a_new_site_makes_its_own(tmp_path: Path) -> None:
    made = old_secret("RENDA_NO_SUCH_KEY", tmp_path / "receipt.key", tmp_path / "secret.key")
    assert len(made) > 40
    assert (tmp_path / "receipt.key").stat().st_mode & 0o077 == 0
