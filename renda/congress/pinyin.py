"""How names are read, for search by Latin letters."""

from __future__ import annotations

# Surnames read otherwise than the character usually is. Source: 现代汉语词典 (第7版), entries of the surnames.
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "任": "ren", "朴": "piao",
    "盖": "ge", "华": "hua", "缪": "miao", "乐": "yue", "翟": "zhai", "覃": "qin", "员": "yun", "种": "chong",
    "洗": "xian", "冼": "xian", "尹": "yin", "繁": "po", "秘": "bi", "召": "shao", "折": "she", "黑": "he",
    "过": "guo", "宁": "ning", "令": "ling", "卜": "bu", "祭": "zhai", "隗": "wei", "晁": "chao", "燕": "yan",
    "应": "ying", "佴": "nai", "逄": "pang", "郇": "xun", "郗": "xi", "乜": "nie", "哈": "ha", "晟": "cheng",
}  # fmt: skip
DOUBLE_SURNAMES = {
    "尉迟": "yuchi", "万俟": "moqi", "长孙": "zhangsun", "澹台": "tantai", "欧阳": "ouyang", "上官": "shangguan",
    "诸葛": "zhuge", "司马": "sima", "司徒": "situ", "令狐": "linghu", "宰父": "zaifu", "单于": "chanyu",
    "皇甫": "huangfu", "夏侯": "xiahou", "慕容": "murong", "东方": "dongfang", "公孙": "gongsun", "宇文": "yuwen",
}  # fmt: skip
# Syllables of the double surnames above, for the initials.
_DOUBLE_INITIALS = {
    "尉迟": "yc", "万俟": "mq", "长孙": "zs", "澹台": "tt", "欧阳": "oy", "上官": "sg", "诸葛": "zg", "司马": "sm",
    "司徒": "st", "令狐": "lh", "宰父": "zf", "单于": "cy", "皇甫": "hf", "夏侯": "xh", "慕容": "mr", "东方": "df",
    "公孙": "gs", "宇文": "yw",
}  # fmt: skip
# Characters that occur in names and that the reading table does not know, or reads as in another word (萝卜).
RARE = {"𠮷": "ji", "㐂": "xi", "〇": "ling", "卜": "bu"}


def reading(name: str) -> tuple[str, str]:
    """Full reading and initials of a person's name: 曾晓明 → ("zengxiaoming", "zxm").

    Foreign points (·) and blanks are left out; a character without a known reading is left out too.
    """
    text = "".join(character for character in name if not character.isspace() and character not in "·•・")
    if text[:2] in DOUBLE_SURNAMES:
        head, initials, rest = DOUBLE_SURNAMES[text[:2]], _DOUBLE_INITIALS[text[:2]], text[2:]
    elif text[:1] in SURNAMES:
        head, rest = SURNAMES[text[:1]], text[1:]
        initials = head[0]
    else:
        head, initials, rest = "", "", text
    syllables = [part for character in rest for part in _syllable(character)]
    return head + "".join(syllables), initials + "".join(part[0] for part in syllables)


def _syllable(character: str) -> list[str]:
    # Its table of phrases is a sixth of the start of a process, and most processes never read a name.
    from pypinyin import Style, lazy_pinyin

    if character in RARE:
        return [RARE[character]]
    if character.isascii():
        return [character.lower()] if character.isalnum() else []
    found = lazy_pinyin(character, style=Style.NORMAL, errors="ignore", v_to_u=False)
    return [part for part in found if part.isascii()]
