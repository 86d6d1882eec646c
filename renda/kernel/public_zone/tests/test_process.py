"""The public process, as it is started: it loads no model of the inner zone, and nothing that needs one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[4]

LOADED = """
import sys
import django
django.setup()
from django.apps import apps
from django.conf import settings
from django.template.loader import get_template
from django.urls import URLResolver, get_resolver


def walk(patterns):
    for pattern in patterns:
        yield from walk(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]


views = list(walk(get_resolver().url_patterns))
assert len(views) > 10
for name in ("voice/home", "voice/deputy", "voice/submit", "voice/receipt", "voice/code", "feedback/send", "ui/fault"):
    get_template(f"{name}.html")
assert [model.__name__ for model in apps.get_models()] == [], apps.get_models()
rooms = ("models", "actions", "selectors", "jobs")
inside = [name for name in sys.modules if name.startswith("renda.") and set(name.split(".")) & set(rooms)]
assert inside == [], inside
assert not any(name.startswith("renda.congress") for name in sys.modules)
assert "session" not in str(settings.MIDDLEWARE).lower() and "auth" not in str(settings.MIDDLEWARE).lower()
print("whole")
"""


def test_it_loads_no_model_and_no_room_of_the_inner_zone(tmp_path: Path) -> None:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RENDA_")}
    environment = ours | {
        "RENDA_ZONE": "public",
        "RENDA_DATA_DIR": str(tmp_path),
        "RENDA_PLAIN_STATIC": "1",
        "DJANGO_SETTINGS_MODULE": "renda.site.settings",
        "PYTHONPATH": str(PROJECT),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "whole"), done.stderr
