"""Numbered files for two machines with a gap between them. A file is there whole or not at all, and says what is in it.

First line: the manifest and its signature; then one package a line. ``seen`` is the last file of the other direction
that has arrived: what was in it may be forgotten there.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from renda.kernel.errors import RendaError
from renda.kernel.public_zone.packages import (
    LONGEST_BODY,
    Direction,
    ForgedError,
    Package,
    canonical,
    check,
    micros,
    moment,
)

# A line of the longest body in base64, with its head.
_LONGEST_LINE = LONGEST_BODY * 4 // 3 + 10_000
_HEAD = b"renda.shipment.1\n"


class ShipmentError(RendaError):
    """A file that cannot be taken; the message names the file and what is wrong with it."""

    default_code = "shipment"


@dataclass(frozen=True)
class Manifest:
    """What a file says of itself."""

    direction: Direction
    number: int
    count: int
    made_at: int
    digest: str
    seen: int

    def said(self) -> bytes:
        return _HEAD + canonical(self.__dict__)


def name_of(direction: Direction, number: int) -> str:
    """The file's name: ``renda-in-000012.jsonl``."""
    return f"renda-{direction}-{number:06d}.jsonl"


def write(
    folder: Path,
    key: Ed25519PrivateKey,
    direction: Direction,
    number: int,
    made_at: datetime,
    packages: Iterable[Package],
    *,
    seen: int,
) -> Path:
    """Write one file; gives its path."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name_of(direction, number)
    with tempfile.TemporaryFile(dir=folder) as body:
        digest, count = sha256(), 0
        for package in packages:
            line = canonical(_line(package)) + b"\n"
            digest.update(line)
            body.write(line)
            count += 1
        manifest = Manifest(direction, number, count, micros(made_at), digest.hexdigest(), seen)
        head = {**manifest.__dict__, "signature": _text(key.sign(manifest.said()))}
        handle, name = tempfile.mkstemp(dir=folder, prefix=".half-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(canonical(head) + b"\n")
                body.seek(0)
                while part := body.read(1 << 20):
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(place)
        finally:
            Path(name).unlink(missing_ok=True)
    return place


@dataclass(frozen=True)
class Shipment:
    """A file whose manifest and content are as they were signed."""

    path: Path
    manifest: Manifest

    def packages(self) -> Iterator[Package]:
        """What is in it, one after the other."""
        with self.path.open("rb") as file:
            file.readline()
            while line := file.readline(_LONGEST_LINE):
                said = json.loads(line)
                yield Package(
                    self.manifest.direction,
                    said["kind"],
                    said["key"],
                    moment(said["made_at"]),
                    base64.b64decode(said["body"]),
                    said["version"],
                    base64.b64decode(said["signature"]),
                )


def arrived(folder: Path, direction: Direction, key: Ed25519PublicKey, last: int) -> Iterator[Shipment]:
    """The files of a folder that come after ``last``, in order, each looked at before it is given.

    Raises:
        ShipmentError: a number is missing, a file is not whole, is altered, or goes the other way.
    """
    if not folder.is_dir():
        raise ShipmentError("shipment.folder", f"没有这个目录：{folder}")
    # The same folder may carry both directions.
    opened = [_opened(path) for path in sorted(folder.glob("renda-*.jsonl"))]
    ours = sorted(
        (one for one, _ in opened if one.manifest.direction == direction), key=lambda one: one.manifest.number
    )
    signatures = {one.path: signature for one, signature in opened}
    if opened and not ours:
        raise ShipmentError("shipment.direction", f"{folder} 里没有发到本区的文件（都是另一个方向的）。")
    for one in ours:
        _check_signature(one, signatures[one.path], key)
    for one in ours:
        number = one.manifest.number
        if number <= last:
            continue
        if number != last + 1:
            missing = f"第 {last + 1} 号" if number == last + 2 else f"第 {last + 1} 至 {number - 1} 号"
            raise ShipmentError("shipment.gap", f"缺少{missing}文件，第 {number} 号没有导入。请先把缺的文件带来。")
        _check(one)
        last = number
        yield one


def _opened(path: Path) -> tuple[Shipment, bytes]:
    try:
        with path.open("rb") as file:
            head: dict[str, Any] = json.loads(file.readline(10_000))
        signature = base64.b64decode(head.pop("signature"))
        manifest = Manifest(**head)
    except (ValueError, KeyError, TypeError) as error:
        raise ShipmentError("shipment.broken", f"{path.name} 的清单读不出来：文件不完整或被改动。") from error
    return Shipment(path, manifest), signature


def _check_signature(one: Shipment, signature: bytes, key: Ed25519PublicKey) -> None:
    try:
        check(key, signature, one.manifest.said())
    except ForgedError as error:
        raise ShipmentError(
            "shipment.forged", f"{one.path.name} 的清单签名不符：不是对方发出的，或者被改动。"
        ) from error


def _check(one: Shipment) -> None:
    with one.path.open("rb") as file:
        file.readline()
        digest, count = _digest(file)
    if (digest, count) != (one.manifest.digest, one.manifest.count):
        raise ShipmentError("shipment.altered", f"{one.path.name} 的内容与清单不符：文件不完整或被改动，没有导入。")


def _digest(file: IO[bytes]) -> tuple[str, int]:
    digest, count = sha256(), 0
    while line := file.readline(_LONGEST_LINE):
        digest.update(line)
        count += 1
    return digest.hexdigest(), count


def _line(package: Package) -> dict[str, object]:
    return {
        "kind": package.kind,
        "key": package.key,
        "version": package.version,
        "made_at": micros(package.made_at),
        "body": _text(package.body),
        "signature": _text(package.signature),
    }


def _text(part: bytes) -> str:
    return base64.b64encode(part).decode()
