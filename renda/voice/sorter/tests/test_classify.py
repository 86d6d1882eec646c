"""The sorter on sentences of our own."""

import time

import pytest

from renda.voice.sorter.categories import first_level
from renda.voice.sorter.classify import classify
from renda.voice.sorter.model import WEIGHTS_FILE, weights

SENTENCES = [
    ("小区电梯停运，物业公司不维修", "业主每月按时交物业费，三号楼电梯坏了半个月没人管。", "城乡建设"),
    ("开发商逾期交房", "购房合同写明去年交房，到现在楼盘还没有竣工验收。", "城乡建设"),
    ("化工厂夜里偷排废水", "河水发黑，气味刺鼻，附近居民睡不着。", "环境保护"),
    ("工地深夜施工噪音扰民", "凌晨一点还在打桩，噪声很大，请环保局管一管。", "环境保护"),
    ("高速公路收费站排队太久", "每到春运，大货车和客车挤在匝道上，交通拥堵两三公里。", "交通运输"),
    ("出租车拒载绕路", "在火车站打车，司机不打表，漫天要价。", "交通运输"),
    ("健身房关门，会员卡退不了款", "商家卷款跑路，消费者维权无门，请市场监管部门查处。", "商贸旅游"),
    ("景区门票涨价太多", "旅游旺季酒店和门票都涨价，导游强制购物。", "商贸旅游"),
    ("乡镇卫生院没有儿科医生", "孩子发烧只能去县医院挂号，住院还要排队。", "卫生计生"),
    ("小学周边大班额问题", "学校一个班七十个学生，家长希望增加学位。", "教育文体"),
    ("中学老师有偿补课", "班主任周末在外办补习班，要求学生参加。", "教育文体"),
    ("工地拖欠农民工工资", "包工头欠薪半年，去劳动监察投诉没有结果。", "劳动和社会保障"),
    ("养老保险转移接续", "社保断缴两年，退休前能不能补缴？", "劳动和社会保障"),
]


@pytest.mark.parametrize(("subject", "body", "category"), SENTENCES)
def test_sorts_plain_messages_and_names_the_words(subject: str, body: str, category: str) -> None:
    verdict = classify(subject, body)
    assert verdict.category == category
    assert verdict.runner_up in first_level()
    assert verdict.runner_up != category
    assert 0.2 < verdict.confidence <= 1
    quoted = [word.split("”")[0] for word in verdict.reasons[0].split("“")[1:]]
    assert quoted
    assert all(word in subject + body for word in quoted)


def test_a_category_without_examples_is_named_on_strong_words() -> None:
    verdict = classify("咨询户口迁移", "孩子的户口想迁到镇上，派出所说要居住证。")
    assert verdict.category == "政法"
    assert "户口" in verdict.reasons[0]


def test_such_a_category_is_only_runner_up_when_a_learnt_one_is_clear() -> None:
    verdict = classify(
        "交警在学校门口不疏导，家长接学生堵车", "小学放学时学生和家长都在路上，交警不来，学校老师自己维持。"
    )
    assert verdict.category in weights().classes


def test_empty_message_gets_a_category_with_low_confidence() -> None:
    verdict = classify("", "")
    assert verdict.category in weights().classes
    assert verdict.confidence < 0.5
    assert verdict.reasons == (f"没有特别能说明问题的词，暂按{verdict.category}",)


def test_same_words_same_verdict() -> None:
    assert [classify(s, b) for s, b, _ in SENTENCES] == [classify(s, b) for s, b, _ in SENTENCES]


def test_weights_are_small_and_hold_no_text() -> None:
    assert WEIGHTS_FILE.stat().st_size < 1_000_000
    assert max(map(len, weights().ngrams)) <= 3


def test_at_least_500_messages_a_second() -> None:
    classify("先读入权重", "")
    body = "小区门口道路坑洼不平，下雨积水，请有关部门尽快维修。" * 12
    started = time.process_time()
    for number in range(200):
        classify("道路维修", f"{body}{number}")
    assert 200 / (time.process_time() - started) > 500
