"""Names are read as names."""

import pytest

from renda.congress.pinyin import reading


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
