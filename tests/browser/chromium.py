"""Where the browser is, and how it is started. Debian's Chromium; nothing is downloaded."""

from __future__ import annotations

import shutil
from pathlib import Path

PATH = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MISSING = "browser tests left out: no Chromium on this machine (Debian: apt-get install chromium)"

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
