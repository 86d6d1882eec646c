"""Row-level security on the congress's tables, and the wall between the three separated administrators."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from renda.kernel.tenancy import rls

# Directory and identity tables (Place, Congress, Organisation, Post, Person, WallCode, SignIn…) are read before a
# scope is known and stay open; what they contain is public or guarded by selectors.
TENANT_TABLES = (
    "congress_term",
    "congress_session",
    "congress_electoraldistrict",
    "congress_districtplace",
    "congress_delegation",
    "congress_deputygroup",
    "congress_mandate",
    "congress_station",
    "congress_stationdeputy",
    "congress_receptionday",
    "congress_dutyfact",
)

# A person who holds one of the three administrator posts holds no other post at the same time. The lock on the
# person makes two simultaneous appointments see each other.
ADMINISTRATORS = """
CREATE FUNCTION congress_separate_administrators() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- 1,024 buckets of people, not one lock a person: a roster of thousands would fill the server's lock table.
    PERFORM pg_advisory_xact_lock(7303, (NEW.person_id % 1024)::int);
    IF EXISTS (
        SELECT 1
        FROM kernel_parties_holding a JOIN congress_post p ON p.party_id = a.post_id
        JOIN kernel_parties_holding b ON b.person_id = a.person_id AND b.id <> a.id
        WHERE a.person_id = NEW.person_id
          AND (a.id = NEW.id OR b.id = NEW.id)
          AND p.kind IN ('system_administrator', 'security_administrator', 'audit_administrator')
          AND greatest(a.starts_on, b.starts_on)
              <= least(coalesce(a.ends_on, 'infinity'), coalesce(b.ends_on, 'infinity'))
    ) THEN
        RAISE EXCEPTION 'separated administrators: person % would hold a second post', NEW.person_id
            USING ERRCODE = 'exclusion_violation', CONSTRAINT = 'separate_administrators';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER separate_administrators AFTER INSERT OR UPDATE ON kernel_parties_holding
    FOR EACH ROW EXECUTE FUNCTION congress_separate_administrators();
"""
TOGETHER = """
DROP TRIGGER separate_administrators ON kernel_parties_holding;
DROP FUNCTION congress_separate_administrators();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("congress", "0001_initial"), ("kernel_parties", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        *(operation for table in TENANT_TABLES for operation in rls.enable(table)),
        migrations.RunSQL(ADMINISTRATORS, TOGETHER),
    ]
