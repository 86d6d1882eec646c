"""Fields, errors, buttons, slots, menu and states."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict

from renda.kernel import policy
from renda.kernel.errors import Invalid, KeyUsed, Refused, StateChanged
from renda.kernel.parties import Actor, HeldPost
from renda.kernel.parties.models import Party
from renda.kernel.policy import registry
from renda.kernel.tenancy import tenant_transaction
from renda.kernel.ui import menu, slots, states
from renda.kernel.ui.forms import FilesField, HouseForm
from renda.kernel.ui.shapes import Press, State


class Sample(HouseForm):
    subject = forms.CharField(label="标题", help_text="一句话说清楚", max_length=20)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea, max_length=50)


def show(source: str, **context: Any) -> str:
    return Template("{% load ui ui_forms %}" + source).render(Context(context))


def test_a_field_ties_label_hint_and_error_to_its_control() -> None:
    html = show("{% field form.subject %}", form=Sample({"subject": ""}))
    assert '<label class="form-label" for="id_subject">' in html
    assert "必填" in html
    assert 'aria-describedby="id_subject_error id_subject_hint"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_subject_error"' in html
    assert 'id="id_subject_hint"' in html


def test_a_good_field_has_no_error_marks_and_keeps_what_was_typed() -> None:
    html = show("{% field form.subject %}", form=Sample({"subject": "路灯<不亮>"}))
    assert "is-invalid" not in html
    assert 'value="路灯&lt;不亮&gt;"' in html


def test_choices_are_a_group_with_a_legend() -> None:
    html = show("{% field form.kind %}", form=Sample({}))
    assert html.count('<label class="option"') == 2
    assert "<legend" in html
    assert 'aria-describedby="id_kind_error"' in html


def test_a_long_text_counts() -> None:
    assert 'data-counter="50"' in show("{% field form.note %}", form=Sample())


def test_the_summary_links_to_each_wrong_field() -> None:
    form = Sample({})
    form.add_error(None, "这件留言已经答复。")
    html = show("{% form_errors form %}", form=form)
    assert "有 3 处需要修改" in html
    assert 'href="#id_subject"' in html
    assert "这件留言已经答复。" in html
    assert show("{% form_errors form %}", form=Sample()).strip() == ""


def test_an_actions_refusal_is_shown_at_its_field() -> None:
    form = Sample({"subject": "甲", "kind": "a"})
    assert form.is_valid()
    with form.catching():
        raise Invalid("x", fields={"subject": "标题太短。", "unknown": "别处有误。"})
    assert form.errors["subject"] == ["标题太短。"]
    assert form.non_field_errors() == ["别处有误。"]
    other = Sample({"subject": "甲", "kind": "a"})
    with other.catching():
        raise Refused("x", "现在不能答复。")
    assert other.non_field_errors() == ["现在不能答复。"]


def test_what_is_stale_is_not_typed_again() -> None:
    with pytest.raises(StateChanged), Sample({"subject": "甲", "kind": "a"}).catching():
        raise StateChanged


class Upload(HouseForm):
    photos = FilesField(label="照片", required=False, max_count=2, max_megabytes=1)


def upload(*sizes: int) -> Upload:
    files = [SimpleUploadedFile(f"{number}.jpg", b"x" * size) for number, size in enumerate(sizes)]
    return Upload({}, MultiValueDict({"photos": files}))


def test_several_files_are_one_field() -> None:
    form = upload(10, 20)
    assert form.is_valid()
    assert [item.size for item in form.cleaned_data["photos"]] == [10, 20]
    assert upload().is_valid()
    assert upload().errors == {}


@pytest.mark.parametrize(
    ("sizes", "word"), [((1, 1, 1), "最多上传 2 个"), ((1, 1024 * 1024 + 1), "超过 1 MB"), ((0,), "空")]
)
def test_wrong_files_are_told(sizes: tuple[int, ...], word: str) -> None:
    assert word in upload(*sizes).errors["photos"][0]


def test_buttons_show_the_primary_first_and_work_as_plain_forms() -> None:
    presses = [
        Press("x.back", "退回", "/back/", Sample(), hidden={"task": 7}),
        Press("x.answer", "答复", "/answer/", Sample({}), primary=True),
        Press("x.receive", "接收", "/receive/", hidden={"task": 7, "version": 0}),
    ]
    html = show("{% actions presses %}", presses=presses, csrf_token="token")
    assert html.index("答复") < html.index("退回")
    assert html.count("<form") == 3
    assert html.count('name="csrfmiddlewaretoken"') == 3
    assert len(set(re.findall(r'name="idempotency_key" value="(\w+)"', html))) == 3
    assert '<details class="act" id="act-x-answer" name="act" open>' in html
    assert '<details class="act" id="act-x-back" name="act">' in html
    assert 'name="version" value="0"' in html
    assert 'href="#act-x-answer-form"' in html
    assert "更多操作（2）" in html


def test_no_button_no_panel() -> None:
    assert show("{% actions presses %}", presses=[]).strip() == ""


def test_a_slot_shows_its_fragments_in_order_and_skips_the_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_slots", {})
    seen: list[object] = []

    def context(order: int) -> slots.Context:
        def of(_request: HttpRequest, subject: object) -> dict[str, object] | None:
            seen.append((order, subject))
            return None if order == 20 else {"level": "info", "text": f"第{order}"}

        return of

    # Each fragment is its own template in life; the same one twice is one fragment.
    slots.register("x", "ui/note.html", context(30), order=30)
    slots.register("x", "ui/note.html", context(31), order=31)
    slots.register("x", "ui/empty.html", context(20), order=20)
    html = show("{% slot 'x' 7 %}", request=RequestFactory().get("/"))
    assert seen == [(20, 7), (30, 7)]
    assert "第30" in html
    assert show("{% slot 'nobody' %}", request=RequestFactory().get("/")) == ""


def test_the_menu_shows_what_the_posts_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_entries", {})
    monkeypatch.setattr(registry, "PERMISSIONS", {})
    monkeypatch.setattr(registry, "GRANTS", {})
    policy.permission("x.read", "读")
    policy.grant("clerk", "x.read")
    menu.register(
        menu.Entry("b", "乙", "ui:gallery", "clock", order=2, permission="x.read"),
        menu.Entry("a", "甲", "ui:gallery_case", "clock", order=1, visible=lambda actor: actor.is_signed_in),
        menu.Entry("p", "公", "feedback:feedback.send", "clock", zone="public"),
    )
    clerk = Actor("person", "甲", party_id=1, posts=(HeldPost(2, "clerk", 3, 4),), tenants=frozenset({4}))
    assert [entry.key for entry in menu.entries_for(clerk, "inner")] == ["a", "b"]
    assert [entry.key for entry in menu.entries_for(Actor("person", "乙", party_id=5), "inner")] == ["a"]
    assert menu.entries_for(Actor.public(), "inner") == []
    assert [entry.key for entry in menu.entries_for(Actor.public(), "public")] == ["p"]
    entries = menu.entries_for(clerk, "inner")
    assert menu.current(entries, "/ui/gallery/case/3/") == "a"
    assert menu.current(entries, "/elsewhere/") == ""
    with pytest.raises(ValueError, match="twice"):
        menu.register(menu.Entry("a", "另一个", "ui:gallery", "clock"))


def _fixed(rows: Any) -> Any:
    return lambda _actor: rows


def test_the_public_has_no_figures_in_the_head() -> None:
    assert menu.counted(Actor.public()) == []


@pytest.mark.django_db
def test_the_figures_of_the_head_are_counted_at_once_and_not_forever(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    Party.objects.bulk_create([Party(kind="person", name=f"第{number}人") for number in range(4)])
    person = Party.objects.order_by("pk")[0]
    monkeypatch.setattr(menu, "_badges", {})
    monkeypatch.setattr(menu, "MANY", 2)
    for key, rows in (("all", Party.objects.order_by("-name")), ("one", Party.objects.filter(pk=person.pk))):
        menu.badge(menu.Badge(key, key, "ui:gallery", "bell", _fixed(rows)))
    actor = Actor("person", person.name, person.pk)
    with tenant_transaction([]), django_assert_num_queries(1):
        figures = menu.counted(actor)
    assert [(badge.key, number) for badge, number in figures] == [("all", 3), ("one", 1)]


def test_a_state_has_one_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "_states", {})
    states.register({"x": State("办理中", "run")})
    states.register({"x": State("办理中", "run")})
    assert "办理中" in show("{% state 'x' %}")
    assert "<svg" in show("{% state 'x' %}")
    with pytest.raises(ValueError, match="twice"):
        states.register({"x": State("已办", "ok")})
    with pytest.raises(states.UnknownStateError):
        states.lookup("y")


def test_the_idempotency_key_survives_a_page_shown_again() -> None:
    fresh = show("{% idempotency %}", request=RequestFactory().get("/"))
    assert fresh != show("{% idempotency %}", request=RequestFactory().get("/"))
    again = show("{% idempotency %}", request=RequestFactory().post("/", {"idempotency_key": "abc"}))
    assert 'value="abc"' in again


def test_a_used_key_gives_way_to_a_new_one_and_the_words_stay() -> None:
    """Somebody went back, changed her text and pressed again: she is told, and the next press counts."""
    form = Sample({"subject": "改过的", "kind": "a"})
    assert form.is_valid()
    with form.catching():
        raise KeyUsed
    request = RequestFactory().post("/", {"idempotency_key": "abc"})
    shown = show("{% idempotency %}{% form_errors form %}{% fields form %}", request=request, form=form)
    assert 'value="abc"' not in shown
    assert "没有再次提交" in shown
    assert 'value="改过的"' in shown
    assert 'value="abc"' not in show(
        "{% actions presses %}", request=request, form=form, presses=[Press("x", "办", "/")]
    )
