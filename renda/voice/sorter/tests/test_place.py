"""The place matcher on a corner of Huanggang."""

import pytest

from renda.voice.sorter.place import Gazetteer, Row, match

ROWS = [
    Row("421102", "黄州区", "county", "421100"),
    Row("421122", "红安县", "county", "421100"),
    Row("421123", "罗田县", "county", "421100"),
    Row("421127", "黄梅县", "county", "421100"),
    Row("421181", "麻城市", "county", "421100"),
    Row("421102004", "南湖街道", "township", "421102"),
    Row("421102101", "路口镇", "township", "421102"),
    Row("421102102", "堵城镇", "township", "421102"),
    Row("421102103", "陈策楼镇", "township", "421102"),
    Row("421122101", "七里坪镇", "township", "421122"),
    Row("421123101", "胜利镇", "township", "421123"),
    Row("421127100", "黄梅镇", "township", "421127"),
    Row("421127102", "小池镇", "township", "421127"),
    Row("421181002", "南湖街道", "township", "421181"),
    Row("421102101001", "花园社区居民委员会", "village", "421102101"),
    Row("421102103005", "苏家铺村民委员会", "village", "421102103"),
    Row("421122101003", "新桥村村民委员会", "village", "421122101"),
    Row("421127102003", "新桥村村民委员会", "village", "421127102"),
    Row("421123101003", "新桥村村民委员会", "village", "421123101"),
    Row("421127102008", "新农村村民委员会", "village", "421127102"),
    Row("421127102009", "孤村村民委员会", "village", "421127999"),
]
GAZETTEER = Gazetteer(ROWS)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("黄州区路口镇花园社区的路灯坏了一个月", ["路口镇"]),
        ("花园社区门口的垃圾没人清", ["路口镇"]),
        ("我住在苏家铺村三组，自来水浑浊", ["陈策楼镇"]),
        ("陈策楼到城区的班车太少", ["陈策楼镇"]),
        ("黄州堵城的河堤塌了一段", ["堵城镇"]),
        ("堵城里堵车，出城也堵车", []),
        ("南湖办事处门前积水", ["南湖街道", "南湖街道"]),
        ("麻城市南湖街道的公厕", ["南湖街道"]),
        ("红安县新桥村的水渠", ["七里坪镇"]),
        ("小池镇新桥村的水渠", ["小池镇"]),
        ("新桥村的水渠", []),
        ("黄州区一个路口的红绿灯坏了", ["黄州区"]),
        ("罗田胜利中学", ["罗田县"]),
        ("黄梅镇中心小学门口", ["黄梅镇"]),
        ("黄州大道两边的黄梅戏广告牌", []),
        ("麻城那边的医院能不能异地报销", ["麻城市"]),
        ("孤村的桥", []),
        ("新农村建设要加快", []),
        ("", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [guess.name for guess in match(text, GAZETTEER)] == names


def test_county_decides_between_namesakes() -> None:
    assert [guess.code for guess in match("麻城市南湖街道的公厕", GAZETTEER)] == ["421181002"]
    both = match("南湖街道的公厕", GAZETTEER)
    assert {guess.code for guess in both} == {"421102004", "421181002"}
    assert all(guess.score < 0.6 for guess in both)


def test_two_names_of_one_township_are_surer_than_one() -> None:
    one = match("花园社区的路灯", GAZETTEER)[0]
    two = match("路口镇花园社区的路灯", GAZETTEER)[0]
    assert one.score < two.score <= 1
    assert two.reason == "出现“路口镇”，即黄州区路口镇；出现“花园社区”，属黄州区路口镇"


def test_a_name_that_contradicts_the_county_is_doubted() -> None:
    sure, doubted = match("七里坪镇的路", GAZETTEER)[0], match("罗田县境内，七里坪镇的路", GAZETTEER)[0]
    assert sure.score > 0.9
    assert doubted.score < 0.3


def test_empty_gazetteer() -> None:
    assert match("黄州区路口镇", Gazetteer([])) == []
