"""Settings are read from the environment; a wrong one stops the start and is named."""

from __future__ import annotations

import pytest

from renda.site.environment import choice, networks


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
