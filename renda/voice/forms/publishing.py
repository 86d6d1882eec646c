"""The forms of publishing: what the public may read, which photos it may see, and where these are painted over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms

from renda.kernel.files.api import StoredFile, Stroke
from renda.voice.forms.acting import ActForm, note_field

# More than a hand paints over one photo.
MOST_STROKES, MOST_POINTS = 300, 6000
WIDEST = 0.5
_TEXT = {"rows": 8}


class TakeBackForm(ActForm):
    reason = note_field("撤回理由", required=True)


class PublishForm(ActForm):
    """The public text, and for every photo whether it is shown and the strokes of the brush."""

    subject = forms.CharField(
        label="公开标题",
        max_length=120,
        error_messages={"required": "请填写公开标题。", "max_length": "标题最多 120 字。"},
    )
    body = forms.CharField(
        label="公开内容",
        max_length=5000,
        widget=forms.Textarea(_TEXT),
        help_text="已按形状隐去电话、证件、车牌等；姓名、门牌和能认出人的细节请再看一遍。原文不会改动。",
        error_messages={"required": "请填写公开内容。", "max_length": "公开内容最多 5000 字。"},
    )
    answer = forms.CharField(
        label="公开答复",
        required=False,
        max_length=5000,
        widget=forms.Textarea(_TEXT),
        error_messages={"max_length": "公开答复最多 5000 字。"},
    )

    def __init__(self, *args: Any, photos: Sequence[StoredFile] = (), **kwargs: Any) -> None:
        self.stored = list(photos)
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        for number, photo in enumerate(self.stored, start=1):
            self.fields[f"show_{photo.pk}"] = forms.BooleanField(label=f"公开照片 {number}", required=False)
            self.fields[f"strokes_{photo.pk}"] = forms.CharField(
                required=False, max_length=200_000, widget=forms.HiddenInput
            )

    def texts(self) -> list[Any]:
        """The fields of words."""
        return [self[name] for name in ("subject", "body", "answer")]

    def photo_fields(self) -> list[tuple[StoredFile, Any, Any]]:
        """Each photo with its two fields."""
        return [(photo, self[f"show_{photo.pk}"], self[f"strokes_{photo.pk}"]) for photo in self.stored]

    def clean(self) -> dict[str, Any]:
        for photo in self.stored:
            name = f"strokes_{photo.pk}"
            try:
                self.cleaned_data[name] = read_strokes(self.cleaned_data.get(name, ""))
            except ValueError:
                self.add_error(None, "涂抹的内容没有读懂，请重新涂抹后再提交。")
        return self.cleaned_data

    def shown(self) -> list[tuple[StoredFile, tuple[Stroke, ...]]]:
        """The photos that shall be public, each with what is painted over."""
        return [
            (photo, self.cleaned_data[f"strokes_{photo.pk}"])
            for photo in self.stored
            if self.cleaned_data[f"show_{photo.pk}"]
        ]


def read_strokes(text: str) -> tuple[Stroke, ...]:
    """The strokes that the page sends: ``[{"points": [[x, y], …], "width": w}, …]``, all shares of one.

    Raises:
        ValueError: it is anything else, or more than a hand can paint.
    """
    try:
        given = json.loads(text or "[]")
        strokes = tuple(
            Stroke(tuple((_share(x), _share(y)) for x, y in one["points"]), min(WIDEST, _share(one["width"])))
            for one in given
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("no strokes") from error
    if len(strokes) > MOST_STROKES or sum(len(one.points) for one in strokes) > MOST_POINTS:
        raise ValueError("too many strokes")
    return strokes


def _share(value: Any) -> float:
    number = float(value)
    if not 0 <= number <= 1:  # also refuses what is no number
        raise ValueError("outside of the picture")
    return round(number, 4)
