"""Signs of another door: what must be proposed, and what only looks like it."""

import pytest

from renda.voice.sorter.remit import check, doors


def keys(subject: str, body: str = "") -> list[str]:
    return [suggestion.key for suggestion in check(subject, body)]


@pytest.mark.parametrize(
    ("subject", "body", "key"),
    [
        ("不服县法院一审判决，请求再审", "", "court"),
        ("判决生效两年仍未兑现", "法院判决对方赔偿，申请强制执行后执行局没有动静。", "court"),
        ("请求纠正劳动仲裁裁决", "", "court"),
        ("(2019)民初字第123号案件", "我向县人民法院起诉以后一直没有开庭。", "court"),
        ("举报某村支书侵吞集体资金", "", "accusation"),
        ("村里的账不清楚", "会计贪污补偿款，组长收受红包，求查。", "accusation"),
        ("投诉某镇镇长打人", "", "person"),
        ("市人大代表霸占村里的鱼塘", "", "person"),
        ("路灯问题", "上个月打过12345，工单至今没有回复。", "petition"),
        ("关于信访事项答复意见", "", "petition"),
        ("楼道正在冒浓烟起火", "", "emergency"),
        ("快来", "河边有人落水，请快来！", "emergency"),
        ("【机密】关于某事的报告", "", "secret"),
        ("转来一份材料", "文件右上角写着 秘密★10年。", "secret"),
    ],
)
def test_proposed(subject: str, body: str, key: str) -> None:
    suggestion = next(suggestion for suggestion in check(subject, body) if suggestion.key == key)
    assert all(word in f"{subject}。{body}" for word in suggestion.words)
    assert suggestion.words
    assert suggestion.words[0] in suggestion.reason


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("法院附近的路坑洼不平", "法院门口到菜市场这一段积水。"),
        ("消防通道被私家车占用", "如果着火了，消防车根本进不来。"),
        ("小区电梯常停运", "老人担心哪天被困在电梯里。"),
        ("房价跳楼价促销", "开发商打出跳楼价。"),
        ("村民申请低保", "村民申请了三次都没有批。"),
        ("请问能否参加医保", "尊敬的局长，我想咨询缴费年限。"),
        ("物业公司不退装修押金", "再不退我们就准备起诉。"),
        ("学校食堂腐败变质食品", "孩子吃了拉肚子。"),
        ("商家秘密调价", "公开的秘密，大家都知道。"),
        ("乡村教师待遇", "反映乡村学校老师短缺，年轻老师留不住。"),
        ("燃气管道老化", "万一燃气泄漏后果严重，请尽快更换。"),
        ("信访局旁边的公厕没有水", "信访局旁边的公厕停水三天。"),
        ("", ""),
    ],
)
def test_left_alone(subject: str, body: str) -> None:
    assert keys(subject, body) == []


def test_one_word_in_a_long_body_is_not_enough_for_an_accusation() -> None:
    assert keys("村道硬化", "听说前任有过贪污，现在只盼路早点修好。") == []


def test_several_doors_at_once() -> None:
    assert keys("举报镇干部受贿", "多次向信访局反映没有结果。") == ["accusation", "petition"]


def test_named_persons_make_it_a_message_about_a_person() -> None:
    suggestions = check("某企业排污", "厂长欧阳建设也是代表。", persons=["欧阳建设", "李"])
    assert [(suggestion.key, suggestion.words) for suggestion in suggestions] == [("person", ("欧阳建设",))]
    assert suggestions[0].sealed


def test_doors_that_seal() -> None:
    assert {door.key for door in doors() if door.sealed} == {"court", "accusation", "person", "secret"}
