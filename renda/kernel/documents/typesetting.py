"""From a layout and data to pages, by typst. Data reach a layout as JSON strings and are never read as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst

from renda.kernel.errors import RendaError
from renda.kernel.privacy.api import clean_text

LAYOUTS = Path(__file__).parent / "layouts"
# By choice: what Debian's fonts-noto-cjk brings, the same design under Adobe's name, then what desktops have.
_SERIF = ("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Songti SC", "SimSun", "NSimSun", "STSong")
_SANS = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "SimHei")
_ANY = ("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "AR PL UMing CN", "Droid Sans Fallback")


class MissingFontError(RendaError):
    """No font with Chinese characters is installed here."""

    status = 503
    default_code = "document.font"
    default_message = "服务器没有中文字体，无法生成文件。请系统管理员安装：apt install fonts-noto-cjk，安装后重启服务。"


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts()


@cache
def chinese_fonts() -> tuple[str, str]:
    """The serif and the sans family that pages are set in; one may stand in for the other.

    Raises:
        MissingFontError: there is none.
    """
    here = set(_fonts().families())
    serif = next((name for name in (*_SERIF, *_SANS, *_ANY) if name in here), None)
    sans = next((name for name in (*_SANS, *_SERIF, *_ANY) if name in here), None)
    if serif is None or sans is None:
        raise MissingFontError
    return serif, sans


def pdf(layout: str, data: Mapping[str, Any]) -> bytes:
    """The pages of ``layouts/<layout>.typ`` filled with ``data`` (shapes: ``documents.shapes``), as one PDF.

    Raises:
        LookupError: no such layout.
        MissingFontError: no Chinese font on this machine.
    """
    made = _compile(layout, data, "pdf")
    return made[0]


def png(layout: str, data: Mapping[str, Any], *, dots_per_inch: float = 110) -> list[bytes]:
    """The same pages as pictures, one a page, for previews.

    Raises:
        LookupError: no such layout.
        MissingFontError: no Chinese font on this machine.
    """
    return _compile(layout, data, "png", dots_per_inch)


def layouts() -> list[str]:
    """The names of the layouts; a leading underscore marks what they share."""
    return sorted(path.stem for path in LAYOUTS.glob("[!_]*.typ"))


def _compile(
    layout: str, data: Mapping[str, Any], form: Literal["pdf", "png"], dots_per_inch: float | None = None
) -> list[bytes]:
    if layout not in layouts():
        raise LookupError(f"no layout is called {layout!r}")
    serif, sans = chinese_fonts()
    # One page comes as bytes, several pictures as a list; the stubs know only the first.
    made: Any = typst.compile(
        str(LAYOUTS / f"{layout}.typ"),
        root=str(LAYOUTS),
        font_paths=_fonts(),
        format=form,
        ppi=dots_per_inch,
        sys_inputs={"data": json.dumps(_clean(data), ensure_ascii=False), "serif": serif, "sans": sans},
    )
    return made if isinstance(made, list) else [bytes(made)]


def _clean(value: Any) -> Any:
    """JSON of plain values; texts without unseen characters (a NUL or a bidi mark would set the page askew)."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
