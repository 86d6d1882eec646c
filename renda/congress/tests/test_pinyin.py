"""Names are read as names."""

import pytest

from renda.congress.pinyin import MOST_READINGS, latin_terms, reading, readings


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("曾晓明", ("zengxiaoming", "zxm")),
        ("单雄信", ("shanxiongxin", "sxx")),
        ("仇英", ("qiuying", "qy")),
        ("解缙", ("xiejin", "xj")),
        ("区大相", ("oudaxiang", "odx")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("万俟卨", ("moqixie", "mqx")),
        ("𠮷田·美", ("jitianmei", "jtm")),
        ("阿卜杜拉·买买提", ("abudulamaimaiti", "abdlmmt")),
    ],
)
def test_names_are_read_as_names(name: str, expected: tuple[str, str]) -> None:
    assert reading(name) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("乐小平", {"yuexiaoping", "yxp", "lexiaoping", "lxp"}),
        ("翟天临", {"zhaitianlin", "ditianlin", "ztl", "dtl"}),
        ("盖叫天", {"gejiaotian", "gaijiaotian"}),
        ("朴正", {"piaozheng", "puzheng"}),
        ("员半千", {"yunbanqian", "yuanbanqian"}),
        ("区大相", {"oudaxiang", "qudaxiang"}),
        ("缪希雍", {"miaoxiyong"}),
        ("查良镛", {"zhaliangyong"}),
        ("覃志行", {"qinzhixing", "tanzhixing"}),
        ("李乐", {"lile", "liyue"}),
        ("吕绿", {"lvlv", "lulu"}),
    ],
)
def test_every_reading_that_families_bear_is_found(name: str, words: set[str]) -> None:
    assert words <= latin_terms(name)


@pytest.mark.parametrize(
    ("name", "wrong"), [("查良镛", "cha"), ("单雄信", "dan"), ("万俟卨", "wan"), ("尉迟恭", "wei")]
)
def test_a_reading_that_nobody_bears_is_not_found(name: str, wrong: str) -> None:
    assert not [word for word in latin_terms(name) if word.startswith(wrong)]


def test_many_readings_stay_few() -> None:
    found = readings("乐行长朝")
    assert len(found) == MOST_READINGS
    assert found[0] == reading("乐行长朝") == ("yuexingchangchao", "yxcc")
