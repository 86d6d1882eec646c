"""Error pages: one look for all, as a page and as the part an htmx request swaps in. They run no query.

The reason comes from the error; the page says what happened and what to do next, and never blames the reader.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from renda.kernel.errors import Invalid, RendaError, StateChanged, TooMany

# Where programs ask, in both zones, and how they are told what is wrong.
API = "/api/"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Fault:
    """What an error page says. ``number`` is what a reader tells the help desk (500 only)."""

    status: int
    title: str
    message: str
    icon: str = "alert-circle"
    number: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    reload: bool = False
    # Seconds after which it is worth trying again (429, 503).
    retry_after: int = 0


PAGES: Mapping[int, Fault] = {
    fault.status: fault
    for fault in (
        Fault(400, "请求有误", "浏览器发来的内容无法识别。请返回上一页，刷新后重新操作。"),
        Fault(401, "请先登录", "请先登录，或使用有效的访问令牌。", "lock"),
        Fault(403, "无权操作", "您的岗位没有这项权限。如工作需要，请联系本单位管理员。", "lock"),
        Fault(404, "没有找到", "内容不存在、已移走，或者您无权查看。请核对地址或编号。", "map-search"),
        Fault(405, "请求有误", "这个地址不能这样打开。请返回上一页重新操作。"),
        Fault(409, "现在不能这样操作", "事项的状态已经变化。请刷新查看最新情况后再操作。", "refresh"),
        Fault(413, "内容太大", "上传的内容超过了限制。请压缩图片或减少数量后再试。", "file-alert"),
        Fault(422, "填写有误", "填写的内容有误。请返回上一页修改，已填写的内容还在。", "pencil-exclamation"),
        Fault(429, "操作太频繁", "短时间内操作次数过多。请稍等几分钟再试。", "hourglass", retry_after=60),
        Fault(500, "系统出了问题", "不是您的操作有误。我们已记录这次故障，请稍后再试。", "bug"),
        Fault(
            503,
            "系统暂时无法使用",
            "系统正在恢复或维护，请过一会儿再试。您没有提交成功的内容需要重新提交。",
            "plug-x",
            retry_after=10,
        ),
    )
}


def number() -> str:
    """A short number for one fault, easy to read out over the telephone."""
    return secrets.token_hex(4).upper()


def of(error: RendaError) -> Fault:
    """The page of a typed error."""
    page = PAGES.get(error.status, PAGES[400])
    fields = error.fields if isinstance(error, Invalid) else {}
    return Fault(
        error.status,
        page.title,
        error.message,
        page.icon,
        fields=fields,
        reload=isinstance(error, StateChanged),
        retry_after=error.seconds if isinstance(error, TooMany) else page.retry_after,
    )


def back_url(request: HttpRequest) -> str:
    """The page the reader came from, when it is ours and not this one; else empty."""
    came_from = request.headers.get("Referer", "")
    hosts = {request.get_host()} if _host_is_good(request) else set()
    if not url_has_allowed_host_and_scheme(came_from, hosts, require_https=request.is_secure()):
        return ""
    return came_from


def _host_is_good(request: HttpRequest) -> bool:
    from django.core.exceptions import DisallowedHost

    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def is_machine(request: HttpRequest) -> bool:
    """Whether a program asks, which reads problems and no pages."""
    return request.path_info.startswith(API)


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asked for it."""
    return request.headers.get("HX-Request") == "true"


def respond(request: HttpRequest, fault: Fault) -> HttpResponse:
    """The fault as a page, or for htmx as a part that is swapped in where the answer was expected."""
    if is_machine(request):
        return _kept_nowhere(problem(fault), fault)
    part = is_part(request)
    context = {"fault": fault, "back": back_url(request)}
    body = render_to_string("ui/fault_part.html" if part else "ui/fault.html", context, request)
    response = HttpResponse(body, status=fault.status)
    if part:
        # The page may select a region of the answer that an error does not have.
        response["HX-Reselect"] = "#fault"
        response["HX-Reswap"] = "innerHTML"
    return _kept_nowhere(response, fault)


def problem(fault: Fault) -> JsonResponse:
    """The same for a program: RFC 9457, with the sentences at their fields."""
    said: dict[str, object] = {
        "type": "about:blank",
        "title": fault.title,
        "status": fault.status,
        "detail": fault.message,
    }
    if fault.fields:
        said["errors"] = dict(fault.fields)
    if fault.number:
        said["number"] = fault.number
    return JsonResponse(said, status=fault.status, content_type=PROBLEM, json_dumps_params={"ensure_ascii": False})


def _kept_nowhere(response: HttpResponse, fault: Fault) -> HttpResponse:
    if fault.retry_after:
        response["Retry-After"] = str(fault.retry_after)
    response["Cache-Control"] = "no-store"
    return response
