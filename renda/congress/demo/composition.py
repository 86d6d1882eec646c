"""How many of whom: the composition of the demo city's 17,310 accounts. ``docs/demo-city.md`` explains each figure.

The two totals are the article's (17,310 users; 11,978 deputies of five levels; 791 stations); the split is ours, kept
inside what the law allows (选举法 2020 第十二条: city at most 650, county at most 450, township 45 to 160 seats).
"""

from __future__ import annotations

from collections.abc import Sequence

ACCOUNTS = 17_310
DEPUTIES = 11_978
STATIONS = 791

NATIONAL_SEATS = 8
PROVINCE_SEATS = 54
CITY_SEATS = 441
COUNTY_SEATS = {
    "黄州区": 231,
    "团风县": 224,
    "红安县": 262,
    "罗田县": 258,
    "英山县": 243,
    "浠水县": 289,
    "蕲春县": 316,
    "黄梅县": 301,
    "麻城市": 335,
    "武穴市": 283,
}
TOWNSHIP_SEATS = 8_919

# Persons who sit in two congresses, counted once among the deputies.
PROVINCE_AND_CITY = 12
CITY_AND_COUNTY = 74
COUNTY_AND_TOWNSHIP = 100

# Members of the standing committees besides chair and vice-chairs; all of them are deputies (地方组织法 第四十七条).
CITY_VICE_CHAIRS, CITY_MEMBERS = 6, 31
COUNTY_VICE_CHAIRS, COUNTY_MEMBERS = 5, 20

CITY_TERM, COUNTY_TERM, TOWNSHIP_TERM = 6, 19, 19

# Staff by organisation and kind of post; one person each.
CITY_STAFF = {
    "special_committee": {"clerk": 2},
    "general_office": {"leader": 1, "clerk": 11, "secrecy_officer": 1, "business_administrator": 2},
    "deputies_work_committee": {"leader": 1, "assigner": 2, "vetter": 2, "supervisor": 2, "clerk": 3},
    "budget_work_committee": {"leader": 1, "clerk": 3},
    "administration": {"system_administrator": 1, "security_administrator": 1, "audit_administrator": 1},
}
COUNTY_STAFF = {
    "special_committee": {"clerk": 1},
    "general_office": {"leader": 1, "clerk": 4, "secrecy_officer": 1, "business_administrator": 1},
    "deputies_work_committee": {"leader": 1, "assigner": 1, "vetter": 2, "supervisor": 1, "clerk": 2},
    "budget_work_committee": {"leader": 1, "clerk": 1},
}
SUBDISTRICT_STAFF = {"subdistrict_committee": {"leader": 1, "vetter": 1, "clerk": 1}}
TOWNSHIP_STAFF = {"presidium": {"assigner": 1, "vetter": 1, "clerk": 1}}

# Case officers in a handling unit; each unit has one head besides.
CITY_OFFICERS, COUNTY_OFFICERS, TOWNSHIP_OFFICERS = 6, 6, 5
# Seven departments of each county, and the city's government office, have one case officer more.
BUSY_DEPARTMENTS = (
    "education",
    "public_security",
    "human_resources",
    "natural_resources",
    "housing_construction",
    "urban_management",
    "transport",
)


def share(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers that add up to ``total`` in proportion to the weights (largest remainders)."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [int(value) for value in exact]
    by_rest = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts
