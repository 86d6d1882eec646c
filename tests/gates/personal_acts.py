"""Personal data: how long it stays, and who gets a copy."""

from __future__ import annotations

from tests.gates.acts import Act, fixed, person, row

_NOT = ("system_administrator", "security_administrator", "presidium_clerk", "county_assigner", "deputy")

PERSONAL_ACTS: dict[str, Act] = {
    "personal.clear": Act("machine", None, fixed(rule="kernel_feedback.Feedback/handled_at", after=0, many=10), _NOT),
    "personal.hold": Act(
        "machine",
        None,
        lambda city: {"number": city.rows["vet"].receipt_number, "reason": "法院调取，案件审理中"},
        _NOT,
    ),
    "personal.release": Act("machine", row("hold"), fixed(), _NOT),
    "personal.export": Act(
        "security_administrator",
        person("deputy"),
        fixed(reason="本人书面申请查阅"),
        ("business_administrator", "system_administrator", "audit_administrator", "other_deputy"),
    ),
    "personal.export_matter": Act(
        "machine",
        None,
        lambda city: {"number": city.rows["vet"].receipt_number, "reason": "本人书面申请查阅"},
        _NOT,
    ),
    "personal.copy": Act("deputy", person("deputy"), fixed(), ("other_deputy", "security_administrator")),
}
