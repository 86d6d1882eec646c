"""How names are read, for search by Latin letters."""

from __future__ import annotations

from itertools import islice, product

# Surnames read otherwise than the character usually is; where families bear two readings, the commoner one stands first and
# both are found. Source: 现代汉语词典 (第7版) and 通用规范汉字字典, the readings marked 姓.
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou qu", "查": "zha", "朴": "piao pu", "盖": "ge gai",
    "缪": "miao", "乐": "yue le", "翟": "zhai di", "覃": "qin tan", "员": "yun yuan", "种": "chong", "洗": "xian",
    "繁": "po", "秘": "bi mi", "召": "shao zhao", "折": "she", "黑": "he hei", "祭": "zhai", "隗": "wei kui",
    "佴": "nai", "郇": "xun huan", "郗": "xi chi", "乜": "nie", "晟": "cheng sheng", "牟": "mou mu", "谌": "chen shen",
    "莘": "shen xin", "柏": "bai bo", "句": "gou", "阚": "kan", "薄": "bo", "郄": "qie", "炅": "gui", "重": "chong",
    "长": "chang", "都": "du", "卜": "bu", "费": "fei bi", "纪": "ji", "任": "ren", "宁": "ning", "华": "hua",
}  # fmt: skip
# With a blank between the syllables, for the initials.
DOUBLE_SURNAMES = {
    "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "欧阳": "ou yang", "上官": "shang guan",
    "诸葛": "zhu ge", "司马": "si ma", "司徒": "si tu", "令狐": "ling hu", "宰父": "zai fu", "单于": "chan yu",
    "皇甫": "huang fu", "夏侯": "xia hou", "慕容": "mu rong", "东方": "dong fang", "公孙": "gong sun", "宇文": "yu wen",
    "钟离": "zhong li", "闻人": "wen ren", "濮阳": "pu yang", "淳于": "chun yu", "申屠": "shen tu", "呼延": "hu yan",
}  # fmt: skip
# Characters of given names that parents read in more than one way.
GIVEN = {
    "乐": "le yue", "长": "chang zhang", "行": "xing hang", "朝": "chao zhao", "晟": "sheng cheng", "茜": "qian xi",
    "娜": "na nuo", "单": "dan shan", "强": "qiang jiang", "盛": "sheng cheng", "柏": "bai bo", "莘": "xin shen",
    "薄": "bo bao", "朴": "pu piao", "都": "du dou", "解": "jie xie", "重": "chong zhong", "卜": "bu", "省": "sheng xing",
    "传": "chuan zhuan", "藏": "cang zang", "降": "jiang xiang",
}  # fmt: skip
# Characters that occur in names and that the reading table does not know.
RARE = {"𠮷": "ji", "㐂": "xi", "〇": "ling"}
# Of one name; who has four such characters is found by the commonest readings.
MOST_READINGS = 12


def reading(name: str) -> tuple[str, str]:
    """Full reading and initials of a person's name as it is most likely read: 曾晓明 → ("zengxiaoming", "zxm").

    Foreign points (·) and blanks are left out; a character without a known reading is left out too.
    """
    return next(iter(readings(name)))


def readings(name: str) -> list[tuple[str, str]]:
    """Every way to read a name, the likeliest first: 乐小平 → yuexiaoping, lexiaoping; at most twelve. ü is ``v``."""
    text = "".join(character for character in name if not character.isspace() and character not in "·•・")
    if text[:2] in DOUBLE_SURNAMES:
        # What two characters make together is one reading of each.
        parts, rest = [[syllable] for syllable in DOUBLE_SURNAMES[text[:2]].split()], text[2:]
    else:
        parts, rest = [_syllables(character, SURNAMES) for character in text[:1]], text[1:]
    parts += [_syllables(character, GIVEN) for character in rest]
    ways = islice(product(*(part for part in parts if part)), MOST_READINGS)
    return list(dict.fromkeys(("".join(way), "".join(syllable[0] for syllable in way)) for way in ways))


def latin_terms(name: str) -> set[str]:
    """What people may type to find a name: each full reading and its initials, with ü as ``v`` and as ``u``."""
    words = {word for way in readings(name) for word in way}
    return words | {word.replace("v", "u") for word in words}


def _syllables(character: str, table: dict[str, str]) -> list[str]:
    # Its table of phrases is a sixth of the start of a process, and most processes never read a name.
    from pypinyin import Style, lazy_pinyin

    known = table.get(character) or RARE.get(character)
    if known:
        return known.split()
    if character.isascii():
        return [character.lower()] if character.isalnum() else []
    found = lazy_pinyin(character, style=Style.NORMAL, errors="ignore", v_to_u=False)
    return [part for part in found if part.isascii()]
