"""Tables come in as offices save them."""

import io
import tracemalloc
from pathlib import Path

import polars as pl
import pytest

from renda.voice.sorter.table import TableError, parse_csv, read_rows, write_csv

TEXT = '编号,Subject,body\n1,路灯不亮,"第一行\n第二行,还有逗号"\n\n2,,\n3,只有标题\n'
ROWS = [
    {"subject": "路灯不亮", "body": "第一行\n第二行,还有逗号"},
    {"subject": "", "body": ""},
    {"subject": "只有标题", "body": ""},
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "messages.csv"
    file.write_bytes(TEXT.encode(encoding))
    assert list(read_rows(file, ("subject", "body"))) == ROWS


def test_windows_line_ends() -> None:
    assert list(parse_csv(io.StringIO("subject,body\r\n甲,乙\r\n"), ("subject", "body"))) == [
        {"subject": "甲", "body": "乙"}
    ]


def test_missing_column_says_which_and_what_is_there() -> None:
    with pytest.raises(TableError, match="缺少列：body。文件现有的列：subject、text"):
        parse_csv(io.StringIO("subject,text\n甲,乙\n"), ("subject", "body"))


def test_empty_file_and_missing_file(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    with pytest.raises(TableError, match="缺少列：subject、body。文件现有的列：无"):
        read_rows(tmp_path / "empty.csv", ("subject", "body"))
    with pytest.raises(TableError, match="找不到文件"):
        read_rows(tmp_path / "none.csv", ("subject",))


def test_bytes_of_no_known_encoding(tmp_path: Path) -> None:
    file = tmp_path / "messages.csv"
    file.write_bytes("subject,body\n路灯,不亮\n".encode() + b"\x80\xff\xff\x80")
    with pytest.raises(TableError, match="编码"):
        read_rows(file, ("subject", "body"))


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_and_a_header_of_two_lines(delimiter: str) -> None:
    lines = ["body", "subject", '"备注\n（选填）"'], ["乙,丙", "甲", ""]
    text = "".join(delimiter.join(cells) + "\n" for cells in lines)
    assert list(parse_csv(io.StringIO(text), ("subject", "body"))) == [{"subject": "甲", "body": "乙,丙"}]


def test_a_long_file_costs_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    with file.open("w", encoding="gb18030") as out:
        out.write("subject,body\n")
        out.writelines(f"第{number}件,{'路灯不亮' * 50}\n" for number in range(20_000))
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_rows(file, ("subject", "body")))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert file.stat().st_size > 8_000_000
    assert peak < 6_000_000


def test_parquet_and_its_nulls(tmp_path: Path) -> None:
    file = tmp_path / "messages.parquet"
    pl.DataFrame({"id": [1, 2], "subject": ["甲", None], "body": ["乙", "丙"]}).write_parquet(file)
    assert list(read_rows(file, ("subject", "body"))) == [
        {"subject": "甲", "body": "乙"},
        {"subject": "", "body": "丙"},
    ]
    file.write_bytes(b"no parquet")
    with pytest.raises(TableError, match="不是有效的 Parquet"):
        read_rows(file, ("subject",))


def test_what_is_written_can_be_read_again() -> None:
    out = io.StringIO()
    write_csv(out, ("category", "reasons"), [("城乡建设", '有"引号",逗号\n换行'), ("环境保护", "")])
    assert list(parse_csv(io.StringIO(out.getvalue()), ("category", "reasons"))) == [
        {"category": "城乡建设", "reasons": '有"引号",逗号\n换行'},
        {"category": "环境保护", "reasons": ""},
    ]
