"""The pages of former messages: from the upload to taking back."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from renda.kernel.jobs import registry
from renda.kernel.tenancy import tenant_transaction
from renda.voice.models import MessageImport
from renda.voice.tests.conftest import Story
from renda.voice.tests.test_history import GOOD, brought_in, past, row, upload, xlsx


@pytest.fixture
def clerk(story: Story, client: Any) -> Any:
    from tests.gates.city import _sign_in

    client.cookies["sessionid"] = _sign_in(story.cast.people["presidium_clerk"])
    return client


def test_the_pages_from_upload_to_taking_back(story: Story, clerk: Any) -> None:
    tenant = story.cast.tenant("township")
    said = clerk.post(
        "/messages/past/imports/", {"tenant": tenant, "file": xlsx([GOOD, row(number="B", came_at="上周")])}
    )
    assert said.status_code == 303
    page = clerk.get(said["Location"])
    text = page.content.decode()
    assert "有误 1 行" in text
    assert "“上周”不是日期" in text
    assert "提交时间（认作来信时间）" in text
    wrong = load_workbook(io.BytesIO(b"".join(clerk.get(said["Location"] + "wrong.xlsx").streaming_content)))
    lines = list(wrong.worksheets[0].iter_rows(values_only=True))
    assert lines[0][:3] == ("行号", "错在哪里", "留言编号")
    assert lines[1][0] == 3
    assert "上周" in lines[1]
    assert clerk.post(said["Location"] + "start/").status_code == 409
    assert clerk.post(said["Location"] + "start/", {"only_good": "1"}).status_code == 303
    running = clerk.get(said["Location"])
    assert running["Refresh"] == "2"
    (source,) = [one.pk for one in _imports(story)]
    registry.run("voice.bring_in", source_id=source)
    assert "Refresh" not in clerk.get(said["Location"])
    assert "路灯不亮" in clerk.get("/messages/past/").content.decode()
    assert "历史数据" in clerk.get(f"/messages/past/{past(story)[0].pk}/").content.decode()
    assert clerk.post(said["Location"] + "take-back/").status_code == 303
    assert past(story) == []


def _imports(story: Story) -> list[MessageImport]:
    with tenant_transaction(story.cast.tenants, durable=False):
        return list(MessageImport.objects.all())


def test_the_template_can_be_uploaded(story: Story, clerk: Any) -> None:
    made = b"".join(clerk.get("/messages/past/imports/template.xlsx").streaming_content)
    source = upload(story, SimpleUploadedFile("模板.xlsx", made))
    assert (source.total, source.wrong) == (1, 0)


def test_a_contact_is_shown_with_a_reason_only(story: Story, clerk: Any) -> None:
    brought_in(story, xlsx([GOOD]))
    address = f"/messages/past/{past(story)[0].pk}/"
    assert "13800001111" not in clerk.get(address).content.decode()
    assert clerk.post(f"{address}reveal/", {"reason": "看"}).status_code == 422
    seen = clerk.post(f"{address}reveal/", {"reason": "电话回访核实情况"})
    assert "13800001111" in seen.content.decode()
    assert seen["Cache-Control"] == "no-store"
