"""``renda messages classify`` and ``train`` as they are called."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from renda.voice.sorter.model import load


def test_classify_prints_one_row_a_message_in_the_same_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(
        'subject,body\n化工厂偷排废水,"河水发黑，\n气味刺鼻"\n,\n工地拖欠农民工工资,欠薪半年\n', encoding="gb18030"
    )
    call_command("messages", "classify", str(file))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "category,runner_up,reasons"
    assert len(lines) == 4
    assert lines[1].startswith("环境保护,")
    assert lines[3].startswith("劳动和社会保障,")
    call_command("messages", "classify", str(file), "--output", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines() == lines


def test_classify_needs_no_database_and_prints_utf_8_on_any_terminal(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("body,note,subject\n欠薪半年,x,工地拖欠农民工工资\n", encoding="utf-8-sig")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RENDA_")}
    environment |= {"RENDA_DATA_DIR": str(tmp_path), "RENDA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    environment |= {"PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "renda", "messages", "classify", str(tmp_path / "in.csv")]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    assert done.stdout.decode().splitlines()[1].startswith("劳动和社会保障,")


def test_classify_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("subject\n路灯\n", encoding="utf-8")
    with pytest.raises(CommandError, match="缺少列：body"):
        call_command("messages", "classify", str(tmp_path / "in.csv"))
    (tmp_path / "in.csv").write_text("subject,body\n路灯,不亮\n", encoding="utf-8")
    with pytest.raises(CommandError, match="无法写入"):
        call_command("messages", "classify", str(tmp_path / "in.csv"), "--output", str(tmp_path / "no" / "out.csv"))


def test_train_writes_weights_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("sklearn", reason="needs the extra “train”")
    rows = [f"{place}路井盖丢失,城管修井盖,城乡建设\n{place}厂欠薪,不发工资,劳动和社会保障" for place in "甲乙丙丁戊"]
    (tmp_path / "in.csv").write_text("\n".join(["subject,body,category", *rows, "无类别,,"]) + "\n", encoding="utf-8")
    output = tmp_path / "w.npz"
    call_command("messages", "train", str(tmp_path / "in.csv"), "--output", str(output), "--repeats", "1")
    assert load(output).classes == ("劳动和社会保障", "城乡建设")
    assert "1 次 5 折分层交叉验证：准确率 1.0000" in capsys.readouterr().err


def test_train_refuses_a_category_outside_the_tree(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="needs the extra “train”")
    (tmp_path / "in.csv").write_text("subject,body,category\n甲,乙,天文\n", encoding="utf-8")
    with pytest.raises(CommandError, match="类别不在类别表中：天文"):
        call_command("messages", "train", str(tmp_path / "in.csv"), "--output", str(tmp_path / "w.npz"))
    assert not (tmp_path / "w.npz").exists()
