"""Pages, exports and live subscribers on 1,000,000 messages against 10,000 of the same run.

    python -m bench.million [pages] [export] [live] [upgrade] [--messages 1000000]

The demo city is built once and copied into two databases of this bench's own, where its messages are copied by SQL
(``copies``). Pages are asked of both through the real views, in turn; what they promise is the p95 at most twice as long.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

from bench import million_live, million_upgrade
from bench.asking import asker
from bench.copies import RARE, copy_messages
from bench.databases import PROJECT, BenchDatabase, beside, fresh
from bench.report import figure, status

SMALL = 10_000
ASKED = 40
GROWTH = 2.0
# Below this a page waits for nothing, and a ratio of two such times is the machine's noise.
UNNOTICED_MS = 60.0
EXPORT_MB = 200.0
CITY, TOWNSHIP = "assigner@city", "clerk@township"
DEPUTY, UNIT = "deputy@county", "case_officer@county"


def inner_pages(database: BenchDatabase) -> dict[str, tuple[str, str]]:
    """What is asked inside: name → who, address. The city's office sees every message there is."""
    with database.as_owner() as owner:
        owner.execute(
            "SELECT set_config('renda.tenants', (SELECT array_agg(id)::text FROM kernel_tenancy_tenant), false)"
        )
        found = owner.execute(
            "SELECT t.id, (SELECT code FROM congress_place WHERE level = 'county' ORDER BY code LIMIT 1),"
            " (SELECT category FROM voice_message WHERE category <> '' GROUP BY 1 ORDER BY count(*) LIMIT 1)"
            " FROM kernel_tenancy_tenant t WHERE parent_id IS NULL"
        ).fetchone()
    assert found is not None
    city, county, category = found
    listed = "/messages/"
    return {
        "list": (CITY, listed),
        "list, one state": (CITY, f"{listed}?stage=concluded"),
        "list, a rare state": (CITY, f"{listed}?stage=vet"),
        "list, a county": (CITY, f"{listed}?area={city}-{county}"),
        "list, a category": (CITY, f"{listed}?category={quote(category)}"),
        "list, overdue": (CITY, f"{listed}?due=overdue"),
        "list, page 500": (CITY, f"{listed}?page=500"),
        "list, a month": (CITY, f"{listed}?submitted_at_from=2026-03-01&submitted_at_to=2026-03-31"),
        "list, a township's clerk": (TOWNSHIP, listed),
        "list, a deputy": (DEPUTY, listed),
        "list, a unit": (UNIT, listed),
        "search, one character": (CITY, f"{listed}?q={quote('路')}"),
        "search, two characters": (CITY, f"{listed}?q={quote('路灯')}"),
        "search, a phrase": (CITY, f"{listed}?q={quote('路灯不亮')}"),
        "search, a rare word": (CITY, f"{listed}?q={quote(RARE)}"),
        "bench": (CITY, "/bench/"),
        "bench, a unit": (UNIT, "/bench/"),
        "statistics": (CITY, "/statistics/"),
        "statistics by unit": (CITY, "/statistics/?by=unit"),
        "common issues": (CITY, "/statistics/issues/"),
        "opinions": (CITY, "/opinions/"),
    }


def public_pages(database: BenchDatabase) -> dict[str, tuple[str, str]]:
    """What is asked outside: find by place, by name, the stations on the map."""
    with database.as_owner() as owner:
        found = owner.execute(
            "SELECT v.code, t.code, c.code FROM congress_place v JOIN congress_place t ON t.id = v.parent_id"
            " JOIN congress_place c ON c.id = t.parent_id WHERE v.level = 'village' ORDER BY v.code LIMIT 1"
        ).fetchone()
    assert found is not None
    village, township, county = found
    return {
        "public, by place": ("public", f"/?county={county}&township={township}&village={village}"),
        "public, by name": ("public", f"/?q={quote('王')}"),
        "public, stations": ("public", "/stations/"),
    }


def p95(values: list[float]) -> float:
    """The 95th percentile by nearest rank."""
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


def pages(small: BenchDatabase, large: BenchDatabase, count: int) -> None:
    """Every page of both sizes in turn; p95 and how many times that of the small size."""
    for zone, asked in (("inner", inner_pages(large)), ("public", public_pages(large))):
        with asker(small, zone) as few, asker(large, zone) as many:
            for name, (who, address) in asked.items():
                taken: dict[str, list[float]] = {"few": [], "many": []}
                for turn in range(ASKED + 3):
                    for key, one in (("few", few), ("many", many)):
                        answer = one.ask(who, address)
                        if turn >= 3:  # the first ones warm up
                            taken[key].append(answer.ms)
                low, high = p95(taken["few"]), p95(taken["many"])
                # Two short times: only what anybody would notice is held against the limit.
                figure(
                    f"{name}, p95",
                    high,
                    "ms",
                    at_most=max(GROWTH * low, UNNOTICED_MS),
                    raw=low,
                    messages=count,
                    median=round(statistics.median(taken["many"]), 1),
                )


def export(_small: BenchDatabase, large: BenchDatabase, count: int) -> None:
    """The whole list as csv and xlsx: the process's peak of memory."""
    with asker(large) as one:
        one.ask(CITY, "/messages/")
        for kind in ("csv", "xlsx"):
            answer = one.ask(CITY, f"/messages/?export={kind}")
            rate = round(count / answer.ms * 1000)
            figure(
                f"export {kind}, peak of memory",
                answer.peak_mb,
                "MB",
                at_most=EXPORT_MB,
                messages=count,
                rows_a_second=rate,
            )


PARTS = {"pages": pages, "export": export, "live": million_live.measure, "upgrade": million_upgrade.measure}


@contextmanager
def databases(messages: int) -> Iterator[tuple[BenchDatabase, BenchDatabase, int]]:
    """The small and the large database, and how many messages the large one holds."""
    folder = tempfile.mkdtemp(prefix="renda-million-")
    os.environ["RENDA_DATA_DIR"] = folder
    try:
        with fresh("million") as large:
            _run(large, "demo")
            _run(large, "collectstatic", "--no-input", "--verbosity", "0")
            subprocess.run(
                [sys.executable, "-m", "bench.copies"],
                cwd=PROJECT,
                env=large.environment(RENDA_ROLE="owner"),
                check=True,
            )
            with beside(large, "small") as small:
                copy_messages(small, SMALL)
                begun = time.perf_counter()
                count = copy_messages(large, messages)
                figure("messages copied", time.perf_counter() - begun, "s", messages=count)
                yield small, large, count
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(database: BenchDatabase, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "renda", *arguments],
        cwd=PROJECT,
        env=database.environment(),
        check=True,
        stdout=sys.stderr,
    )


def main() -> int:
    """The parts asked for, or all; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--messages", type=int, default=1_000_000)
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - PARTS.keys():
        parser.error(f"no part {', '.join(sorted(unknown))}")
    if chosen.parts == ["live"]:
        million_live.measure()
        return status()
    with databases(chosen.messages) as (small, large, count):
        for part in chosen.parts or PARTS:
            PARTS[part](small, large, count)
    return status()


if __name__ == "__main__":
    sys.exit(main())
