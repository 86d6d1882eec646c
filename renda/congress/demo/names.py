"""Invented names: surnames by their frequency, given names of common characters. Marked 演示数据 wherever shown."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

# The 100 commonest surnames in their order (公安部《二〇二〇年全国姓名报告》); weights fall by Zipf's rule.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖"
    "石金韦贾夏傅方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
)
_WEIGHTS = [1 / (rank + 6) for rank in range(len(_SURNAMES))]
_RARE_SURNAMES = ("欧阳", "尉迟", "万俟", "上官", "单", "仇", "解", "区", "𠮷", "查", "朴", "盖")
_FIRST = "建国志明文海玉秀春永德正新金少学永家光兴红晓雪亚立伟国慧丽俊子思雨梓佳长中世大天小云水木树青松"
_SECOND = "华明军平英芳辉强波兰凤林生涛勇敏静霞燕龙飞杰鹏宇轩涵怡洁琴梅云山峰斌超刚辰武全喜胜利宏庆才祥荣福贵富"
_LONG = ("阿依古丽·买买提", "阿卜杜拉·艾力", "卓玛·次仁")


def names(random: Random) -> Iterator[str]:
    """An endless line of names; one in about 150 has a rare or double surname, a few have a point in them."""
    surnames = list(_SURNAMES)
    while True:
        chance = random.random()
        if chance < 0.0004:
            yield random.choice(_LONG)
            continue
        surname = random.choice(_RARE_SURNAMES) if chance < 0.007 else random.choices(surnames, _WEIGHTS)[0]
        given = random.choice(_SECOND) if random.random() < 0.18 else random.choice(_FIRST) + random.choice(_SECOND)
        yield surname + given


OCCUPATIONS = (
    "村党支部书记", "村委会主任", "种粮大户", "茶叶合作社负责人", "水产养殖户", "乡村医生", "中心小学教师", "镇卫生院医生", "社区工作者",
    "农机手", "建材公司工人", "纺织公司班组长", "电商店主", "供电所职工", "环卫工人", "公交车驾驶员", "中学校长", "工程公司技术员",
    "药材种植户", "食品公司经理", "律师事务所律师", "退役军人", "物业公司职工", "快递站点负责人",
)  # fmt: skip
