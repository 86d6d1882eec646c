"""Training: what is learnt, what is kept, and that nothing leaks."""

from pathlib import Path

import numpy as np
import pytest

from renda.voice.sorter.categories import categories, first_level, samples
from renda.voice.sorter.classify import classify
from renda.voice.sorter.lexicon import Lexicon, lexicon
from renda.voice.sorter.model import load, save, score
from renda.voice.sorter.text import counts, ngrams

trainer = pytest.importorskip("renda.voice.sorter.train", reason="needs the extra “train”")

PLACES = ["东风", "红旗", "新华", "前进", "和平", "胜利", "光明", "建国", "团结", "幸福"]
ROWS = [
    trainer.Labelled(f"{place}路井盖丢失", f"{place}路口井盖没了，请城管修好。", "城乡建设") for place in PLACES
] + [
    trainer.Labelled(f"{place}厂欠薪", f"{place}厂三个月不发工资，工人讨薪无果。", "劳动和社会保障") for place in PLACES
]


def test_learns_and_survives_the_file(tmp_path: Path) -> None:
    weights = trainer.train(ROWS)
    save(weights, tmp_path / "w.npz")
    again = load(tmp_path / "w.npz")
    for subject, body, category in [("解放路井盖", "井盖松动", "城乡建设"), ("饭店欠薪", "不发工资", "劳动和社会保障")]:
        assert classify(subject, body, again).category == category
        np.testing.assert_allclose(score(again, subject, body).scores, score(weights, subject, body).scores, atol=0.01)


def test_rare_words_are_not_kept() -> None:
    secret = trainer.Labelled("诸葛某某的电话", "诸葛某某住在三号楼", "城乡建设")
    kept = trainer.train([*ROWS, secret]).ngrams
    assert not [gram for gram in kept if "诸葛" in gram or "葛" in gram]
    assert "井盖" in kept


def test_unlabelled_copies_of_labelled_messages_are_left_out() -> None:
    same_body = ("另一个标题", ROWS[0].body.replace("，", "， "))
    same_subject = (ROWS[1].subject, "另一段话")
    fresh = ("全新", "全新的一段话")
    assert trainer.without([same_body, same_subject, fresh], ROWS) == [fresh]


def test_cross_validation_never_trains_on_what_it_scores() -> None:
    """Labels drawn by lot cannot be guessed: a figure far above one half would be a leak."""
    lots = np.random.default_rng(7).permutation(["城乡建设", "环境保护"] * 30)
    characters = [chr(code) for code in range(0x4E00, 0x4E00 + 4000)]
    rows = [
        trainer.Labelled(
            "".join(characters[i * 60 : i * 60 + 20]), "".join(characters[i * 60 + 20 : i * 60 + 60]), str(lot)
        )
        for i, lot in enumerate(lots)
    ]
    measured, scores = trainer.cross_validate(rows, repeats=3)
    assert measured.mean < 0.7
    assert scores.shape == (3, 60, 2)


def test_calibration_trusts_good_scores_more() -> None:
    weights = trainer.train(ROWS)
    targets = [weights.classes[0]] * 4
    good = np.tile(np.array([[1.0, -1.0]], np.float32), (1, 4, 1))
    mixed = good.copy()
    mixed[0, :2] *= -1
    assert trainer.calibrated(weights, good, targets).sharpness > trainer.calibrated(weights, mixed, targets).sharpness


def test_one_category_is_refused() -> None:
    with pytest.raises(ValueError, match="至少要有两个类别"):
        trainer.train(ROWS[:5])


def test_tree() -> None:
    tree = categories()
    assert (len(tree), len({second for below in tree.values() for second in below})) == (15, 103)
    assert sum(len(third) for below in tree.values() for third in below.values()) == 517
    assert {first for first, _ in samples()} == set(first_level())
    assert not [name for _, name in samples() if not name or "其他其他" in name]


def test_lexicon_covers_the_tree_and_prefers_the_longer_word() -> None:
    assert set(lexicon().categories) == set(first_level())
    words = Lexicon({"甲": {"strong": "公积金 井盖"}, "乙": {"usual": "积金 盖"}})
    found = words.find("住房公积金和井盖，井盖")
    assert found == {"公积金": 1, "井盖": 2}
    assert words.scores(found) == pytest.approx({"甲": 1 + 1 + np.log(2)})


def test_ngrams_do_not_cross_marks() -> None:
    assert list(ngrams("水。A1区电")) == ["水", "区", "电", "区电"]
    assert counts("水", "水")["水"] == 7
