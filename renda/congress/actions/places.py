"""Importing administrative divisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from renda.congress.models import Place, PlaceShape, PlaceVersion
from renda.congress.place_files import PlaceRow
from renda.congress.shapes import ShapeRow, ShapeSource
from renda.kernel.actions.api import Context, new
from renda.kernel.errors import Invalid, Refused

# A year's changes of one province are fewer.
MOST_GONE = 30


@new("place.import", title="导入行政区划", permission="place.import", private=["rows"])
def place_import(
    ctx: Context,
    *,
    rows: Sequence[PlaceRow],
    as_of: date,
    source: str,
    abolish: bool = True,
    many_gone: bool = False,
) -> dict[str, int]:
    """Bring the divisions to what a list says as of a day; what they were called before is kept.

    ``abolish``: a division above the village that lies under a top of the list and is not in it any more ends on that
    day. The same list again changes nothing. Gives the numbers new, renamed, abolished, unchanged.
    ``many_gone``: it is known that the list abolishes many divisions; else that is taken for half a list.

    Raises:
        Refused: a younger list has been imported for one of these codes.
        Invalid: the list would abolish many divisions, and nobody said that it shall.
    """
    codes = {row.code for row in rows}
    known = {place.code: place for place in Place.objects.filter(code__in=codes | {row.parent for row in rows})}
    tops = {row.code for row in rows if row.parent not in codes}
    gone = _missing(tops, codes) if abolish else []
    if len(gone) > MOST_GONE and not many_gone:
        names = "、".join(place.name for place in gone[:3])
        said = f"表中没有{names}等 {len(gone)} 处现有区划，导入后它们将停用。表不完整的请补全；确实撤销的请确认。"
        raise Invalid("place.many_gone", fields={"many_gone": said})
    listed = [place.id for code, place in known.items() if code in codes]
    open_versions = _open_versions([*listed, *(place.id for place in gone)])
    youngest = max((version.valid_from for version in open_versions.values()), default=as_of)
    if as_of < youngest:
        raise Refused("place.older", f"已经导入过 {youngest:%Y年%m月%d日} 的区划，不能再导入更早的。")
    fresh: list[Place | PlaceVersion] = []
    counts = {"new": 0, "renamed": 0, "abolished": 0, "unchanged": 0}
    for row in rows:
        parent = known.get(row.parent)
        place = known.get(row.code)
        if place is None:
            place = Place(code=row.code, name=row.name, level=row.level, parent=parent, valid_from=as_of)
            known[row.code] = place
            fresh += [place, _version(place, row.parent, as_of, source)]
            counts["new"] += 1
        elif (place.name, place.parent_id, place.valid_to) == (row.name, parent.id if parent else None, None):
            counts["unchanged"] += 1
        else:
            _close(ctx, open_versions.get(place.id), as_of)
            place.name, place.parent, place.level, place.valid_to = row.name, parent, row.level, None
            ctx.update(place, "name", "parent", "level", "valid_to")
            fresh.append(_version(place, row.parent, as_of, source))
            counts["renamed"] += 1
    for place in gone:
        _close(ctx, open_versions.get(place.id), as_of)
        place.valid_to = as_of
        ctx.update(place, "valid_to")
        counts["abolished"] += 1
    # What ends is stored before what begins: a code has one version in force.
    ctx.flush()
    ctx.insert(*fresh)
    ctx.detail(**counts)
    return counts


def _missing(tops: Iterable[str], codes: set[str]) -> list[Place]:
    """Divisions in force under the list's tops, villages aside, that the list does not name."""
    below: list[Place] = []
    parents = list(Place.objects.filter(code__in=tops).values_list("id", flat=True))
    while parents:
        children = list(Place.objects.filter(parent_id__in=parents, valid_to__isnull=True).exclude(level="village"))
        below += children
        parents = [place.id for place in children]
    return [place for place in below if place.code not in codes]


def _open_versions(places: list[int]) -> dict[int, PlaceVersion]:
    rows = PlaceVersion.objects.filter(place_id__in=places, valid_to__isnull=True)
    return {version.place_id: version for version in rows}


def _version(place: Place, parent: str, as_of: date, source: str) -> PlaceVersion:
    return PlaceVersion(place=place, name=place.name, parent_code=parent, valid_from=as_of, source=source)


def _close(ctx: Context, version: PlaceVersion | None, as_of: date) -> None:
    if version is not None:
        version.valid_to = as_of
        ctx.update(version, "valid_to")


@new("place.shapes", title="导入县界示意图形", permission="place.import", private=["rows"])
def place_shapes(ctx: Context, *, rows: Sequence[ShapeRow], said: ShapeSource) -> int:
    """Store the outlines of counties for the sketch map, each in the place of an earlier one; how many."""
    places = dict(Place.objects.filter(code__in=[row.code for row in rows]).values_list("code", "id"))
    there = {shape.place_id: shape for shape in PlaceShape.objects.filter(place_id__in=places.values())}
    for row in rows:
        place_id = places[row.code]
        shape = there.get(place_id) or PlaceShape(place_id=place_id)
        shape.rings, shape.label = row.rings, list(row.label)
        shape.source, shape.licence, shape.approval = said.source, said.licence, said.approval
        if place_id in there:
            ctx.update(shape, "rings", "label", "source", "licence", "approval")
        else:
            ctx.insert(shape)
    ctx.detail(counties=len(rows), source=said.source)
    return len(rows)
