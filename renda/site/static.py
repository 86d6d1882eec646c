"""Static files out of npm packages, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage


class PackageFinder(BaseFinder):
    """Finds the files of the setting ``RENDA_PACKAGE_FILES``: static name → path in node_modules."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        found: Path | None = settings.RENDA_PACKAGE_FILES.get(path)
        if found is None or not found.is_file():
            return []
        return [str(found)] if find_all else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for name, path in settings.RENDA_PACKAGE_FILES.items():
            if path.is_file():
                yield path.name, _OneFile(path, name)


class _OneFile(FileSystemStorage):
    """A storage of one file, collected under its static name."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(location=path.parent)
        self.prefix = str(Path(name).parent)
