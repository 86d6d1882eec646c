"""The checker: a good flow passes, and each kind of fault is named with its node and line."""

import pytest

from renda.kernel.flow.checker import Unresolved, check
from renda.kernel.flow.checker.nodes import Flows
from renda.kernel.flow.definition import parse
from renda.kernel.flow.fields import FlowSyntaxError, Problem
from renda.kernel.flow.subjects import SubjectField, SubjectType

SUBJECT = SubjectType(
    "voice.Message",
    "群众留言",
    fields={
        "deputy": SubjectField("party", "代表"),
        "congress": SubjectField("reference", "受理人大"),
        "lead_unit": SubjectField("reference", "主办单位"),
        "happened_on": SubjectField("date", "发生日期"),
        "level": SubjectField("text", "级别"),
        "signers": SubjectField("integer", "联名人数"),
    },
    actions={"answer": "答复", "assign": "交办", "receive": "签收"},
    events={"message.rated": "群众评价"},
)
RULES = {"message.deputy", "message.unit"}
GOOD = """key = "message"
title = "群众留言办理"
subject = "voice.Message"
suspend = "post:assigner@case"

[[node]]
id = "deputy"
title = "代表办理"
who = "field:deputy"
actions = ["answer", "approve"]
deadline = { rule = "message.deputy" }
on_timeout = "go:level"

[[node]]
id = "level"
kind = "choice"

[[node]]
id = "office"
who = ["post:assigner@field:congress", "initiator"]
mode = "any"
actions = ["assign", "send_back"]
send_back = ["deputy", "initiator"]

[[node]]
id = "both"
kind = "parallel"
join = "together"

[[node]]
id = "unit"
who = "post:case_officer@field:lead_unit"
mode = "any"
actions = ["receive", "answer", "extend"]
deadline = { within = "7 working days", from = "node:office" }
extend = { who = "post:assigner@case" }
fields = { write = ["level"], hidden = ["deputy"] }

[[node]]
id = "vote"
who = "post:member@case"
mode = "ratio"
threshold = "2/3"
on_reject = "office"

[[node]]
id = "told"
kind = "circulate"
who = "choice:post:member@case"

[[node]]
id = "together"
kind = "join"

[[node]]
id = "rating"
kind = "wait"
until = { event = "message.rated", or_after = "15 days" }

[[node]]
id = "ended"
kind = "end"
outcome = "answered"

[[edge]]
from = "deputy"
on = "answer"
to = "rating"

[[edge]]
from = "deputy"
to = "level"

[[edge]]
from = "level"
when = 'level in ("city", "county") and signers >= 10'
to = "office"

[[edge]]
from = "level"
otherwise = true
to = "rating"

[[edge]]
from = "office"
on = "assign"
to = "both"

[[edge]]
from = "both"
to = "unit"

[[edge]]
from = "both"
to = "vote"

[[edge]]
from = "unit"
on = "answer"
to = "together"

[[edge]]
from = "vote"
to = "told"

[[edge]]
from = "told"
to = "together"

[[edge]]
from = "together"
to = "rating"

[[edge]]
from = "rating"
on = "event"
to = "ended"

[[edge]]
from = "rating"
on = "timeout"
to = "ended"
"""


def problems(text: str, *, unresolved: Unresolved = lambda word: [], flows: Flows = None) -> list[Problem]:
    return check(parse(text), SUBJECT, rules=RULES, unresolved=unresolved, flows=flows)


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) >= 1, old
    return GOOD.replace(old, new, 1)


def test_a_good_flow_passes() -> None:
    assert problems(GOOD) == []


def edge(source: str, to: str, more: str = "") -> str:
    return f'\n[[edge]]\nfrom = "{source}"\nto = "{to}"\n{more}\n'


NODE = '\n[[node]]\nid = "extra"\nwho = "initiator"\n'
ALONE = {
    "unreachable": (GOOD + NODE + edge("extra", "ended"), "extra", "走不到"),
    "no end reachable": (
        GOOD.replace('on = "timeout"\nto = "ended"', 'on = "timeout"\nto = "extra"') + NODE + edge("extra", "extra"),
        "extra",
        "走不到任何结束环节",
    ),
    "no end at all": (changed('kind = "end"\noutcome = "answered"', 'kind = "join"'), "", "没有结束环节"),
    "edge to nowhere": (changed('to = "rating"', 'to = "ratings"'), "deputy", "没有环节“ratings”，是不是“rating”？"),
    "edge from nowhere": (GOOD + edge("unti", "ended"), "unti", "没有环节“unti”，是不是“unit”？"),
    "edge to the start": (GOOD + edge("office", "start", 'on = "approve"'), "office", "不能有连线回到发起环节"),
    "join outside a block": (
        changed('on = "answer"\nto = "rating"', 'on = "answer"\nto = "together"'),
        "together",
        "不在任何并行块内",
    ),
    "end inside a block": (changed('from = "told"\nto = "together"', 'from = "told"\nto = "ended"'), "ended", "还没有汇合"),
    "branches meet before the join": (
        changed('from = "vote"\nto = "told"', 'from = "vote"\nto = "unit"'),
        "unit",
        "没有正确嵌套",
    ),
    "two joins": (
        GOOD.replace('from = "told"\nto = "together"', 'from = "told"\nto = "second"')
        + '\n[[node]]\nid = "second"\nkind = "join"\n'
        + edge("second", "rating"),
        "both",
        "汇合到不同的环节",
    ),
    "another join is named": (changed('join = "together"', 'join = "unit"'), "both", "写明汇合于“unit”"),
    "parallel with one branch": (
        changed('[[edge]]\nfrom = "both"\nto = "unit"\n', ""),
        "both",
        "至少要有两条连线",
    ),
    "idle loop": (
        GOOD.replace('otherwise = true\nto = "rating"', 'otherwise = true\nto = "again"')
        + '\n[[node]]\nid = "again"\nkind = "choice"\n'
        + edge("again", "level", "when = 'signers == 1'")
        + edge("again", "rating", "otherwise = true"),
        "again",
        "循环",
    ),
    "idle loop through a task that is skipped": (
        GOOD.replace('otherwise = true\nto = "rating"', 'otherwise = true\nto = "extra"')
        + NODE
        + 'on_empty = "skip"\n'
        + edge("extra", "level"),
        "extra",
        "循环",
    ),
    # It passes by itself when there is nobody to read.
    "idle loop through a circulation that waits": (
        GOOD.replace('otherwise = true\nto = "rating"', 'otherwise = true\nto = "extra"')
        + NODE
        + 'kind = "circulate"\nwait_readers = true\n'
        + edge("extra", "level"),
        "extra",
        "循环",
    ),
    "unknown field in a condition": (changed("signers >= 10", "signer >= 10"), "level", "没有字段“signer”，是不是“signers”？"),
    "types in a condition": (changed("signers >= 10", 'signers >= "10"'), "level", "两边类型不同"),
    "no condition at all": (changed("signers >= 10", "signers >="), "level", "条件写法有误"),
    "no otherwise": (changed("otherwise = true", "when = 'signers < 10'"), "level", "恰有一条 otherwise"),
    "choice edge says nothing": (GOOD + edge("level", "ended"), "level", "要么写 when"),
    "condition outside a choice": (
        changed('from = "told"\nto', "from = \"told\"\nwhen = 'signers == 1'\nto"),
        "told",
        "只有分支环节",
    ),
    "unknown rule": (changed('rule = "message.deputy"', 'rule = "message.deputie"'), "deputy", "没有期限规则“message.deputie”"),
    "no time at all": (changed("15 days", "0 days"), "rating", "期限不能是 0"),
    "deadline from an unknown node": (changed("node:office", "node:offices"), "unit", "没有起算的环节“offices”"),
    "deadline from a field that is no date": (changed("node:office", "field:level"), "unit", "类型（text）不能用在这里"),
    "unknown action": (changed('["receive", "answer"', '["recieve", "answer"'), "unit", "没有动作“recieve”，是不是“receive”？"),
    "unknown field": (changed('write = ["level"]', 'write = ["levels"]'), "unit", "没有字段“levels”"),
    "hidden and visible": (changed('hidden = ["deputy"]', 'hidden = ["level"]'), "unit", "不能既隐藏又可见"),
    "nobody is named": (changed('who = "field:deputy"\n', ""), "deputy", "没有写由谁办理"),
    "who through a field that is no person": (changed("field:deputy", "field:level"), "deputy", "类型（text）不能用在这里"),
    "who through an unknown field": (changed("@field:lead_unit", "@field:led_unit"), "unit", "是不是“lead_unit”？"),
    "who that nobody can read": (changed('"post:member@case"', '"Post member"'), "vote", "看不懂"),
    "an anchor without field": (changed("@field:lead_unit", "@lead_unit"), "unit", "应写成 field:字段名"),
    "approve without an edge": (
        changed('[[edge]]\nfrom = "deputy"\nto = "level"\n', ""),
        "deputy",
        "“approve”没有连线",
    ),
    "reject without a way": (changed('on_reject = "office"\n', ""), "vote", "“不同意”没有去向"),
    "reject into another block": (
        changed('on_reject = "office"', 'on_reject = "told"'),
        "vote",
        "没有可退回的环节“told”",
    ),
    "nothing completes the node": (changed('on = "assign"\nto', 'on = "reject"\nto'), "office", "没有一个能办完"),
    "an edge never taken": (GOOD + edge("unit", "rating", 'on = "refuse"'), "unit", "永远走不到"),
    "two edges of one name": (GOOD + edge("unit", "together", 'on = "answer"'), "unit", "有两条连线"),
    "timeout along no edge": (changed("go:level", "go:nowhere"), "deputy", "“nowhere”不存在"),
    "timeout without deadline": (changed('deadline = { rule = "message.deputy" }\n', ""), "deputy", "没有 deadline"),
    "ratio without threshold": (changed('threshold = "2/3"\n', ""), "vote", "通过比例"),
    "threshold of a single": (changed('[[node]]\nid = "deputy"\n', '[[node]]\nid = "deputy"\nthreshold = "1/2"\n'), "deputy", "只用于票签"),
    "veto outside all": (changed('threshold = "2/3"', 'threshold = "2/3"\nveto = "at_once"'), "vote", "只用于会签"),
    "secret outside votes": (changed('id = "office"', 'id = "office"\nsecret = true'), "office", "秘密表决"),
    "single with two": (
        changed('who = "field:deputy"', 'who = ["field:deputy", "initiator"]'),
        "deputy",
        "只能写一个 who",
    ),
    "vote without reject": (changed('mode = "ratio"', 'mode = "ratio"\nactions = ["approve"]'), "vote", "必须有 approve 和 reject"),
    "weight of a stranger": (changed('mode = "ratio"', 'mode = "ratio"\nweights = { "head@case" = 2 }'), "vote", "没有办理人“head@case”"),
    "extension nobody grants": (changed('extend = { who = "post:assigner@case" }\n', ""), "unit", "由谁批准"),
    "send back to nowhere": (changed('send_back = ["deputy"', 'send_back = ["deputi"'), "office", "没有可退回的环节“deputi”"),
    "attribute of another kind": (changed('id = "told"', 'id = "told"\nmode = "all"'), "told", "“mode”在 circulate 环节里不起作用"),
    "a button for no action": (changed('id = "office"', 'id = "office"\ntitles = { answer = "答" }'), "office", "“answer”不在这个环节的动作里"),
    "wait for nothing": (changed("until = { event = \"message.rated\", or_after = \"15 days\" }\n", ""), "rating", "没有写等什么"),
    "wait without a way": (changed('on = "timeout"\nto = "ended"', 'on = "event"\nto = "ended"'), "rating", "“timeout”没有连线"),
    "unknown event": (changed("message.rated", "message.ratd"), "rating", "没有事件“message.ratd”"),
    "out of an end": (GOOD + edge("ended", "rating"), "ended", "结束环节"),
    "two ways out of a circulate": (GOOD + edge("told", "together", 'on = "x"'), "told", "恰有一条连线"),
    "a circulation that falls to somebody": (changed('id = "told"', 'id = "told"\non_empty = "superior"'), "told", "on_empty 只能写 skip"),
    "an id that is no name": (GOOD.replace('"told"', '"Told-1"'), "Told-1", "只能用小写字母"),
    "reopen inside a block": (changed('suspend =', 'reopen = { who = "initiator", to = "unit" }\nsuspend ='), "unit", "不能作为唤醒的去处"),
    "reopen at a wait": (changed('suspend =', 'reopen = { who = "initiator", to = "rating" }\nsuspend ='), "", "没有可唤醒的办理环节"),
    "suspended by nobody known": (changed('suspend = "post:assigner@case"', 'suspend = "post:x@field:y"'), "", "没有字段“y”"),
}  # fmt: skip


@pytest.mark.parametrize("fault", ALONE)
def test_each_fault_is_named(fault: str) -> None:
    text, node, words = ALONE[fault]
    found = problems(text)
    fitting = [problem for problem in found if problem.node == node and words in problem.message]
    assert fitting, [str(problem) for problem in found]
    if node and node != "unti":
        line = text.splitlines()[fitting[0].line - 1]
        assert line in ("[[node]]", "[[edge]]"), line


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (changed('mode = "any"', 'mode = "some"'), 18, "“mode”不能是“some”"),
        (changed('who = "field:deputy"', 'woh = "field:deputy"'), 6, "不认识的项“woh”"),
        (GOOD + NODE + NODE, 128, "重复"),
        (GOOD + '[[node]\nid = "x"', 123, "不是合法的 TOML"),
        (
            GOOD + '\n[[node]]\nid = "a"\nkind = "start"\n\n[[node]]\nid = "b"\nkind = "start"\n',
            0,
            "只能有一个发起环节",
        ),
    ],
)
def test_what_is_no_flow_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(FlowSyntaxError) as caught:
        parse(text)
    assert any(words in problem.message for problem in caught.value.problems), str(caught.value)
    assert line in {problem.line for problem in caught.value.problems}, str(caught.value)


def test_a_subject_must_be_registered() -> None:
    assert "业务对象“voice.Message”没有登记" in str(check(parse(GOOD), None)[0])


def test_who_must_be_found_in_every_congress() -> None:
    def nobody(word: str) -> list[str]:
        return ["浠水县人大", "团风县人大"] if word == "post:member@case" else []

    found = problems(GOOD, unresolved=nobody)
    (problem,) = found
    assert problem.node == "vote"
    assert problem.message == "“vote”在团风县人大、浠水县人大找不到办理人，请设置人员，或写 on_empty。"
    spared = changed('id = "vote"', 'id = "vote"\non_empty = "administrator"')
    assert problems(spared, unresolved=nobody) == []


CHILD = """key = "child"
title = "征求意见"
subject = "voice.Message"
[[node]]
id = "ask"
who = "initiator"
[[node]]
id = "yes"
kind = "end"
[[node]]
id = "no"
kind = "end"
[[edge]]
from = "ask"
to = "yes"
"""
PARENT = """key = "parent"
title = "上级流程"
subject = "voice.Message"
[[node]]
id = "ask"
kind = "call"
call = { flow = "child" }
[[node]]
id = "ended"
kind = "end"
[[edge]]
from = "ask"
on = "yes"
to = "ended"
[[edge]]
from = "ask"
on = "terminated"
to = "ended"
"""


def test_a_call_has_an_edge_for_each_outcome_of_its_child() -> None:
    flows = {"child": parse(CHILD)}
    found = problems(PARENT, flows=flows)
    assert [problem.message for problem in found] == ["流程“征求意见”的结果“no”没有连线。"]
    assert problems(PARENT.replace('on = "yes"\n', ""), flows=flows) == []
    assert "不会有结果“maybe”" in str(problems(PARENT.replace('"yes"', '"maybe"'), flows=flows)[0])
    assert "没有流程“child”" in str(problems(PARENT, flows={})[0])
