"""The business administrator's flows on the web: fork, edit, publish, retire, and everybody who may not."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.forms import ChoiceField
from django.test import Client
from django.urls import reverse

from renda.kernel import clock
from renda.kernel.errors import Forbidden, Invalid, NotFound, Refused, RendaError
from renda.kernel.flow import actions, library
from renda.kernel.flow.definition import from_graph, parse
from renda.kernel.flow.models import FlowDefinition
from renda.kernel.flow.toml import to_toml
from renda.kernel.flow.web import diagram, reading
from renda.kernel.flow.web.forms import StepForm
from renda.kernel.parties import Actor
from tests.people import Cast

FLOW = """key = "errand"
title = "一件小事"

[[node]]
id = "ask"
title = "请示"
who = "initiator"
actions = ["approve", "reject"]
deadline = "7 working days"
on_reject = "initiator"

[[node]]
id = "ended"
title = "办结"
kind = "end"

[[edge]]
from = "ask"
to = "ended"
"""


@pytest.fixture
def shipped(db: None) -> FlowDefinition:
    library.forget()
    graph = dict(parse(FLOW).source)
    return FlowDefinition._default_manager.create(
        key="errand", version=1, title="一件小事", graph=graph, published_at=clock.now()
    )


@pytest.fixture
def draft(cast: Cast, shipped: FlowDefinition) -> FlowDefinition:
    """A draft of the county."""
    return FlowDefinition._default_manager.create(
        key="errand", version=1, tenant_id=cast.tenant("county"), title="一件小事", graph=shipped.graph
    )


def browser(cast: Cast, role: str) -> Client:
    """A signed-in browser; administrators have given their second factor."""
    client = Client()
    if role != "constituent":
        client.force_login(cast.people[role])
        session = client.session
        session["account_authentication_methods"] = [{"method": "mfa"}]
        session.save()
    return client


def everything() -> list[Any]:
    columns = ("id", "tenant_id", "version", "title", "graph", "published_at", "retired_at")
    return list(FlowDefinition.objects.order_by("id").values_list(*columns))


def admin(cast: Cast) -> Actor:
    return cast.actor("county_business_administrator")


# The actions


def test_from_fork_to_publication_and_back(cast: Cast, shipped: FlowDefinition) -> None:
    actor, county = admin(cast), cast.tenant("county")
    draft = actions.flow_fork(actor, shipped.id, tenant_id=county)
    with pytest.raises(Refused, match="已有一份尚未发布的修改稿"):
        actions.flow_fork(actor, shipped.id, tenant_id=county)
    values = {"title": "分管领导审批", "who": ["post:leader@case"], "on_empty": "administrator"}
    actions.flow_add_step(actor, draft.id, edge=0, values=values)
    actions.flow_change_step(actor, draft.id, node="ask", values={"deadline": {"within": "3 working days"}})
    assert library.current("errand", county)[0] == shipped.id
    published = actions.flow_publish(actor, draft.id)
    assert published.published_at is not None
    row_id, definition = library.current("errand", county)
    assert (row_id, [node.id for node in definition.nodes]) == (draft.id, ["start", "ask", "step_1", "ended"])
    assert library.current("errand", cast.tenant("township"))[0] == draft.id
    assert library.current("errand", cast.tenant("other_county"))[0] == shipped.id
    with pytest.raises(Refused, match="已经发布"):
        actions.flow_edit(actor, draft.id, text=FLOW)
    second = actions.flow_fork(actor, draft.id, tenant_id=county)
    actions.flow_remove_step(actor, second.id, node="step_1")
    actions.flow_publish(actor, second.id)
    assert second.version == 2
    assert FlowDefinition.objects.get(id=draft.id).retired_at is not None
    actions.flow_retire(actor, second.id)
    assert library.current("errand", county)[0] == shipped.id
    with pytest.raises(Refused, match="已经停用"):
        actions.flow_retire(actor, second.id)


def test_a_faulty_draft_is_not_published(cast: Cast, draft: FlowDefinition) -> None:
    text = to_toml(draft.graph).replace('to = "ended"', 'to = "ask"')
    actions.flow_edit(admin(cast), draft.id, text=text)
    before = everything()
    with pytest.raises(Invalid, match="走不到"):
        actions.flow_publish(admin(cast), draft.id)
    assert everything() == before


def test_who_must_be_found_in_every_congress_below(cast: Cast, draft: FlowDefinition) -> None:
    actions.flow_change_step(admin(cast), draft.id, node="ask", values={"who": ["post:nobody@case"]})
    with pytest.raises(Invalid, match="找不到办理人"):
        actions.flow_publish(admin(cast), draft.id)
    spared = {"on_empty": "administrator"}
    actions.flow_change_step(admin(cast), draft.id, node="ask", values=spared)
    assert actions.flow_publish(admin(cast), draft.id).published_at is not None


@pytest.mark.parametrize(
    "text",
    ["", "key =", FLOW.replace('"errand"', '"other"'), FLOW.replace('key = "errand"', 'key = "errand"\nsubject = "x"')],
)
def test_text_that_is_no_fork_of_this_flow_is_refused(cast: Cast, draft: FlowDefinition, text: str) -> None:
    before = everything()
    with pytest.raises(Invalid):
        actions.flow_edit(admin(cast), draft.id, text=text)
    assert everything() == before


WRITES: dict[str, dict[str, Any]] = {
    "flow_edit": {"text": FLOW.replace("请示", "报告")},
    "flow_change_step": {"node": "ask", "values": {"title": "报告"}},
    "flow_add_step": {"edge": 0, "values": {"title": "再看", "who": ["initiator"]}},
    "flow_remove_step": {"node": "ask"},
    "flow_publish": {},
    "flow_retire": {},
}
# Wrong tenant, wrong posts, nobody.
REFUSED = ("stranger", "county_assigner", "system_administrator", "deputy", "constituent")


@pytest.mark.parametrize("role", REFUSED)
@pytest.mark.parametrize("name", WRITES)
def test_others_may_not(cast: Cast, draft: FlowDefinition, name: str, role: str) -> None:
    before = everything()
    with pytest.raises(RendaError) as caught:
        getattr(actions, name)(cast.actor(role), draft.id, **WRITES[name])
    assert isinstance(caught.value, NotFound | Forbidden)
    assert everything() == before


@pytest.mark.parametrize("role", REFUSED)
def test_others_may_not_fork(cast: Cast, shipped: FlowDefinition, role: str) -> None:
    before = everything()
    with pytest.raises((NotFound, Forbidden)):
        actions.flow_fork(cast.actor(role), shipped.id, tenant_id=cast.tenant("county"))
    assert everything() == before


def test_nobody_forks_for_a_congress_that_is_not_hers(cast: Cast, shipped: FlowDefinition) -> None:
    before = everything()
    with pytest.raises(Forbidden):
        actions.flow_fork(admin(cast), shipped.id, tenant_id=cast.tenant("other_county"))
    with pytest.raises(Forbidden):
        actions.flow_fork(admin(cast), shipped.id, tenant_id=cast.tenant("city"))
    assert everything() == before


def test_the_shipped_flow_itself_cannot_be_touched(cast: Cast, shipped: FlowDefinition) -> None:
    before = everything()
    for name, given in WRITES.items():
        with pytest.raises(NotFound):
            getattr(actions, name)(admin(cast), shipped.id, **given)
    assert everything() == before


# The pages


def test_the_pages_of_a_fork(cast: Cast, shipped: FlowDefinition) -> None:
    client = browser(cast, "county_business_administrator")
    assert "一件小事" in client.get(reverse("flow:flow.list")).content.decode()
    page = client.get(reverse("flow:flow.detail", args=[shipped.id])).content.decode()
    assert "请示" in page
    assert "7 个工作日" in page
    assert "<svg" in page
    fork = client.post(reverse("flow:flow.fork", args=[shipped.id]), {"tenant": cast.tenant("county")})
    assert fork.status_code == 303
    draft = FlowDefinition.objects.get(tenant_id=cast.tenant("county"))
    assert fork.headers["Location"] == reverse("flow:flow.edit", args=[draft.id])
    added = client.post(
        reverse("flow:flow.add_step", args=[draft.id]),
        {"edge": "0", "new-title": "复核", "new-who_1": "initiator", "new-mode": "single", "new-amount": "2",
         "new-unit": "working_days", "new-on_timeout": ["remind"], "new-on_empty": "administrator", "new-rule": ""},
    )  # fmt: skip
    assert added.status_code == 303
    page = client.get(reverse("flow:flow.edit", args=[draft.id])).content.decode()
    assert "复核" in page
    assert "没有问题，可以发布" in page
    assert client.post(reverse("flow:flow.publish", args=[draft.id])).status_code == 303
    node = library.current("errand", cast.tenant("county"))[1].by_id["step_1"]
    assert (node.title, node.deadline and node.deadline.key) == ("复核", "2 working_days")
    assert (node.who, node.on_timeout) == (("initiator",), ("remind",))
    assert client.get(reverse("flow:flow.edit", args=[draft.id])).status_code == 409
    assert client.post(reverse("flow:flow.retire", args=[draft.id])).status_code == 303
    assert library.current("errand", cast.tenant("county"))[0] == shipped.id


def test_a_form_with_errors_keeps_what_was_typed(cast: Cast, draft: FlowDefinition) -> None:
    client = browser(cast, "county_business_administrator")
    before = everything()
    both = {"node": "ask", "ask-title": "报告会", "ask-who_1": "initiator", "ask-mode": "single", "ask-amount": "0",
            "ask-unit": "days", "ask-rule": "", "ask-on_empty": ""}  # fmt: skip
    answer = client.post(reverse("flow:flow.change_step", args=[draft.id]), both)
    assert answer.status_code == 422
    assert "报告会" in answer.content.decode()
    answer = client.post(reverse("flow:flow.edit", args=[draft.id]), {"text": "key = 我写的"})
    assert answer.status_code == 422
    assert "key = 我写的" in answer.content.decode()
    assert everything() == before


def test_a_saved_step_keeps_what_its_form_does_not_show(cast: Cast, draft: FlowDefinition) -> None:
    client = browser(cast, "county_business_administrator")
    values = {"node": "ask", "ask-title": "报告", "ask-who_1": "initiator", "ask-mode": "single", "ask-amount": "7",
              "ask-unit": "working_days", "ask-rule": "", "ask-on_empty": ""}  # fmt: skip
    assert client.post(reverse("flow:flow.change_step", args=[draft.id]), values).status_code == 303
    before, after = from_graph(draft.graph), from_graph(FlowDefinition.objects.get(id=draft.id).graph)
    assert after.by_id["ask"].title == "报告"
    assert after.by_id["ask"].deadline == before.by_id["ask"].deadline
    assert (after.by_id["ask"].actions, after.by_id["ask"].on_reject) == (("approve", "reject"), "initiator")


def test_the_checker_speaks_with_its_line(cast: Cast, draft: FlowDefinition) -> None:
    client = browser(cast, "county_business_administrator")
    text = to_toml(draft.graph).replace('to = "ended"', 'to = "ended"\nwhen = "x == 1"')
    assert client.post(reverse("flow:flow.edit", args=[draft.id]), {"text": text}).status_code == 303
    page = client.get(reverse("flow:flow.edit", args=[draft.id])).content.decode()
    line = text.splitlines().index("[[edge]]") + 1
    assert f'href="#line-{line}"' in page
    assert "只有分支环节" in page
    answer = client.post(reverse("flow:flow.publish", args=[draft.id]))
    assert answer.status_code == 422
    assert FlowDefinition.objects.get(id=draft.id).published_at is None


URLS = ("flow.detail", "flow.fork", "flow.edit", "flow.change_step", "flow.add_step", "flow.remove_step",
        "flow.publish", "flow.retire")  # fmt: skip


@pytest.mark.parametrize("role", REFUSED)
@pytest.mark.parametrize("name", URLS)
def test_others_get_nothing(cast: Cast, draft: FlowDefinition, name: str, role: str) -> None:
    before, client = everything(), browser(cast, role)
    url = reverse(f"flow:{name}", args=[draft.id])
    given = {"tenant": cast.tenant("county"), "node": "ask", "edge": "0", "text": FLOW, "new-title": "x",
             "new-who_1": "initiator", "new-mode": "single", "ask-title": "x", "ask-who_1": "initiator",
             "ask-mode": "single"}  # fmt: skip
    answer = client.get(url) if name == "flow.detail" else client.post(url, given)
    assert answer.status_code in (302, 403, 404)
    if name == "flow.edit":
        assert client.get(url).status_code in (302, 403, 404)
    assert client.get(reverse("flow:flow.list")).status_code in (302, 403, 404)
    assert everything() == before


def test_who_is_chosen_from_words_and_what_the_file_says_in_its_own_way_stays(
    cast: Cast, draft: FlowDefinition
) -> None:
    client, county = browser(cast, "county_business_administrator"), admin(cast)
    text = to_toml(draft.graph).replace('who = "initiator"', 'who = ["choice:post:leader@case"]\nmode = "any"')
    actions.flow_edit(county, draft.id, text=text)
    page = client.get(reverse("flow:flow.edit", args=[draft.id]) + "?step=ask").content.decode()
    assert '<option value="choice:post:leader@case" selected>从机关领导中选定</option>' in page
    assert '<option value="post:vetter@case">受理审核岗</option>' in page
    values = {"node": "ask", "ask-title": "请示", "ask-who_1": "choice:post:leader@case", "ask-who_2": "post:vetter@case",
              "ask-who_3": "post:vetter@case", "ask-mode": "any", "ask-rule": "", "ask-amount": "7",
              "ask-unit": "working_days", "ask-on_timeout": ["remind", "go:approve"], "ask-same_person": "on",
              "ask-on_empty": "superior"}  # fmt: skip
    assert client.post(reverse("flow:flow.change_step", args=[draft.id]), values).status_code == 303
    node = from_graph(FlowDefinition.objects.get(id=draft.id).graph).by_id["ask"]
    assert node.who == ("choice:post:leader@case", "post:vetter@case")
    assert (node.on_timeout, node.same_person, node.on_empty) == (("remind", "go:approve"), "skip", "superior")
    assert (
        client.post(
            reverse("flow:flow.change_step", args=[draft.id]), {**values, "ask-who_1": "post:x@case"}
        ).status_code
        == 422
    )
    page = client.get(reverse("flow:flow.edit", args=[draft.id])).content.decode()
    assert "上一步已由同一人同意时自动通过" in page
    assert "提醒、转到“办结”" in page


def test_a_circulation_has_people_only(cast: Cast, draft: FlowDefinition) -> None:
    client = browser(cast, "county_business_administrator")
    text = to_toml(draft.graph).replace('to = "ended"', 'to = "told"')
    told = '\n[[node]]\nid = "told"\nkind = "circulate"\nwho = "initiator"\n\n[[edge]]\nfrom = "told"\nto = "ended"\n'
    actions.flow_edit(admin(cast), draft.id, text=text + told)
    page = client.get(reverse("flow:flow.edit", args=[draft.id]) + "?step=told").content.decode()
    assert 'name="told-who_1"' in page
    assert 'name="told-mode"' not in page
    values = {"node": "told", "told-title": "传阅", "told-who_1": "post:leader@case", "told-on_empty": "skip"}
    assert client.post(reverse("flow:flow.change_step", args=[draft.id]), values).status_code == 303
    node = from_graph(FlowDefinition.objects.get(id=draft.id).graph).by_id["told"]
    assert (node.who, node.on_empty, node.kind) == (("post:leader@case",), "skip", "circulate")


# In words and as a picture


def _labels(form: StepForm) -> Iterator[object]:
    """The words of all fields and choices of a form."""
    for field in form.fields.values():
        yield field.label
        if isinstance(field, ChoiceField):
            for _, words in field.widget.choices:
                yield from (label for _, label in words) if isinstance(words, list) else [words]


def test_shipped_flows_are_read_without_a_single_identifier(db: None) -> None:
    for flow in library.read_shipped().values():
        said = [f"{label} {text}" for label, text in reading.rules(flow)]
        for step in reading.steps(flow):
            said += [step.kind, step.node.title, *(f"{label} {text}" for label, text in step.facts)]
            said += [f"{way.when} {way.title}" for way in step.ways]
            if step.editable:
                said += [str(label) for label in _labels(StepForm(prefix="x", flow=flow, node=step.node))]
        assert len(said) > 50
        wrong = [text for text in said if re.search(r"[a-z]{2,}|_", text)]
        assert not wrong, wrong


def test_the_voice_of_a_step(db: None) -> None:
    flow = parse(FLOW)
    start, ask, ended = reading.steps(flow)
    assert dict(ask.facts)["时限"] == "7 个工作日"
    assert dict(ask.facts)["办理人"] == "发起人"
    assert [(way.when, way.title, way.edge) for way in ask.ways] == [("然后", "办结", 0)]
    assert [way.edge for way in start.ways] == [-1]
    assert (start.editable, ask.editable, ended.editable) == (False, True, False)
    assert dict(ask.facts)["不同意时退回"] == "发起人"
    assert reading.rules(flow) == [
        ("流程管理员", "业务管理员"),
        ("催办", "发起人，24 小时内不重复"),
        ("无人办理前可撤销", "发起人"),
    ]


def test_every_node_and_edge_is_drawn_inside_the_picture() -> None:
    flow = parse(FLOW + '\n[[node]]\nid = "lost"\nwho = "initiator"\n\n[[edge]]\nfrom = "lost"\nto = "ask"\n')
    picture = diagram.draw(flow)
    assert {box.id for box in picture.boxes} == {"start", "ask", "ended", "lost"}
    assert len(picture.lines) == len(flow.edges)
    assert all(
        box.x >= 0 and box.x + diagram.BOX_WIDTH <= picture.width and box.y + diagram.BOX_HEIGHT <= picture.height
        for box in picture.boxes
    )
    places = [(box.x, box.y) for box in picture.boxes]
    assert len(set(places)) == len(places)
