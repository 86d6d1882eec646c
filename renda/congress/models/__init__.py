from renda.congress.models.codes import WallCode
from renda.congress.models.congresses import (
    Congress,
    CongressLevel,
    Session,
    Term,
    chinese_number,
)
from renda.congress.models.deputies import (
    Delegation,
    DeputyGroup,
    DeputyLevel,
    DistrictPlace,
    ElectoralDistrict,
    Mandate,
    MandateChange,
)
from renda.congress.models.facts import DutyFact
from renda.congress.models.organisations import (
    HEAD_KINDS,
    SECOND_FACTOR_KINDS,
    SEPARATED_ADMINISTRATORS,
    DepartmentKind,
    Organisation,
    OrganisationKind,
    Post,
    PostKind,
)
from renda.congress.models.people import Person
from renda.congress.models.places import Place, PlaceLevel, PlaceVersion, full_code
from renda.congress.models.shapes import PlaceShape
from renda.congress.models.sign_in import AccessToken, IdentityLink, SignInCode, SignInLock
from renda.congress.models.stations import ReceptionDay, Station, StationDeputy

__all__ = [
    "HEAD_KINDS",
    "SECOND_FACTOR_KINDS",
    "SEPARATED_ADMINISTRATORS",
    "AccessToken",
    "Congress",
    "CongressLevel",
    "Delegation",
    "DepartmentKind",
    "DeputyGroup",
    "DeputyLevel",
    "DistrictPlace",
    "DutyFact",
    "ElectoralDistrict",
    "IdentityLink",
    "Mandate",
    "MandateChange",
    "Organisation",
    "OrganisationKind",
    "Person",
    "Place",
    "PlaceLevel",
    "PlaceShape",
    "PlaceVersion",
    "Post",
    "PostKind",
    "ReceptionDay",
    "Session",
    "SignInCode",
    "SignInLock",
    "Station",
    "StationDeputy",
    "Term",
    "WallCode",
    "chinese_number",
    "full_code",
]
