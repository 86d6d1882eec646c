"""What the APIs of both zones share: one form of errors, of bodies and of the description."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from renda.kernel.errors import Invalid, RendaError, SignedOut
from renda.kernel.ui import faults
from renda.openapi.bodies import StrictParser


class Problem(Schema):
    """RFC 9457. ``errors``: a sentence for each field; ``number``: what to tell the help desk."""

    type: str
    title: str
    status: int
    detail: str
    errors: dict[str, str] | None = None
    number: str | None = None


# Whatever is asked may be answered with these: the request as a whole is refused, or the house is not well.
EVERYWHERE = (400, 404, 405, 413, 422, 429, 500, 503)


class HouseAPI(NinjaAPI):
    """A ``NinjaAPI`` whose every refusal is a ``Problem`` in Chinese.

    ``refusals``: statuses that all addresses may answer with besides. There is no page of documentation: the ones there
    are load their scripts from elsewhere; the description is for programs, the words are in the manual.
    """

    def __init__(self, *, refusals: tuple[int, ...] = (), **given: Any) -> None:
        self.refusals = (*EVERYWHERE, *refusals)
        super().__init__(version="1", docs_url=None, parser=StrictParser(), **given)

    def set_default_exception_handlers(self) -> None:
        """What ninja would answer in its own shapes."""
        self.add_exception_handler(HttpError, _refused)
        self.add_exception_handler(ValidationError, _wrong_fields)
        self.add_exception_handler(Exception, _handed_on)

    def get_openapi_schema(self, **given: Any) -> Any:
        """The description, with the problems that each address may answer with."""
        schema = super().get_openapi_schema(**given)
        schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        problem = {"$ref": "#/components/schemas/Problem"}
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status in self.refusals:
                    operation["responses"][status] = {
                        "description": faults.PAGES[status].title,
                        "content": {faults.PROBLEM: {"schema": problem}},
                    }
        return schema


def _refused(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """A body that cannot be read (its cause says why), or nobody signed in."""
    assert isinstance(error, HttpError)  # ninja declares that it may be the class
    if isinstance(error, AuthenticationError):
        return faults.respond(request, faults.of(SignedOut()))
    cause = error.__cause__
    if isinstance(cause, RendaError):
        return faults.respond(request, faults.of(cause))
    return faults.respond(request, faults.PAGES.get(error.status_code, faults.PAGES[400]))


# What is wrong with a field, by pydantic's names of the kinds of mistakes.
_MISTAKES = {
    "missing": "必须填写。",
    "string_too_long": "太长。",
    "string_too_short": "太短。",
    "extra_forbidden": "没有这个字段。",
}


def _wrong_fields(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    assert isinstance(error, ValidationError)
    fields = {}
    for one in error.errors:
        place = [str(part) for part in one["loc"] if part not in {"body", "query", "path", "header", "given"}]
        fields[".".join(place) or "body"] = _MISTAKES.get(one["type"], "格式不对。")
    return faults.respond(request, faults.of(Invalid("api.fields", "请求的参数或内容有误。", fields=fields)))


def _handed_on(_request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The house's own middleware and handlers answer, as for pages; under ``/api/`` they say it as a problem."""
    raise error
