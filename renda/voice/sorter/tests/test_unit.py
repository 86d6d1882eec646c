"""Which kind of department, on sentences of our own."""

import pytest

from renda.voice.sorter.categories import first_level
from renda.voice.sorter.unit import departments, propose

SENTENCES = [
    ("小区物业不作为", "业主委员会换届以后，物业费涨了一倍。", "城乡建设", "housing_construction"),
    ("夜市占道经营油烟大", "摊贩把人行道全占了，城管来了就跑。", "城乡建设", "urban_management"),
    ("农村公路坑洼不平", "通村公路水泥路面破损，班车颠簸。", "城乡建设", "transport"),
    ("我镇经常停电", "一到夏天电压低，变压器烧了两次。", "城乡建设", "power_supply"),
    ("自来水发黄", "水厂换管以后一直浑浊，停水也不通知。", "城乡建设", "water_supply"),
    ("化工厂偷排废水", "河水发黑。", "环境保护", "ecology_environment"),
    ("小学大班额", "学校一个班七十名学生。", "教育文体", "education"),
    ("工地拖欠农民工工资", "欠薪半年。", "劳动和社会保障", "human_resources"),
    ("异地就医报销比例", "居民医保在外地住院报销多少？", "劳动和社会保障", "medical_insurance"),
    ("红绿灯时间太短", "斑马线走到一半就变灯，交警也不在。", "交通运输", "public_security"),
    ("河道采砂", "挖沙船把河堤掏空了。", "环境保护", "water"),
    ("超市卖过期食品", "找商家退货不理。", "商贸旅游", "market_regulation"),
    ("低保申请", "家里老人生病，申请低保没有回音。", "民政", "civil_affairs"),
    ("退伍军人优抚金", "退役十年，抚恤补助没有调整。", "民政", "veterans"),
]


@pytest.mark.parametrize(("subject", "body", "category", "kind"), SENTENCES)
def test_proposes(subject: str, body: str, category: str, kind: str) -> None:
    guesses = propose(subject, body, category)
    assert guesses[0].kind == kind
    assert guesses[0].reason.endswith(f"多由{departments()[kind].title}办理")
    assert 0 < sum(guess.score for guess in guesses) <= 1.001
    assert [guess.score for guess in guesses] == sorted((guess.score for guess in guesses), reverse=True)


def test_category_alone_still_proposes() -> None:
    assert [guess.kind for guess in propose("求助", "请帮帮我", "环境保护")] == ["ecology_environment"]


def test_nothing_said_nothing_proposed() -> None:
    assert propose("", "") == []
    assert propose("你好", "谢谢", "党务政务") == []


def test_table_names_only_categories_of_the_tree() -> None:
    assert {category for department in departments().values() for category in department.categories} <= set(
        first_level()
    )
    assert all(department.county_title for department in departments().values())
