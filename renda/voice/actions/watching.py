"""Keeping the list of words to look out for. A change marks only messages that come in later."""

from __future__ import annotations

from collections.abc import Sequence

from renda.kernel import policy
from renda.kernel.actions.api import Context, existing, new
from renda.kernel.errors import Forbidden, Invalid, Refused
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.models import WatchWord
from renda.voice.watching import fold

MOST = 5000  # words of one congress
SHORTEST, LONGEST = 2, 40  # characters: one character would hold nearly every message


@new("watch.add", title="添加留意词", permission="watch.edit")
def watch_add(ctx: Context, *, tenant_id: int, words: Sequence[tuple[str, str]]) -> int:
    """Put (word, note) pairs on a congress's list; of a word that is there the note is replaced. How many are new.

    Raises:
        Forbidden: no post of the actor keeps this congress's list.
        Invalid: nothing to add, a word too short or too long, or one that spans sentences.
        Refused: the list would become too long.
    """
    if not policy.may(ctx.actor, "watch.edit", tenant_id):
        raise Forbidden("watch.edit")
    cleaned = ((clean_text(word).strip(), clean_text(note).strip()[:120]) for word, note in words)
    given = {fold(word)[0]: (word, note) for word, note in cleaned if word}
    wrong = [word for folded, (word, _) in given.items() if not _fits(folded, word)]
    if wrong:
        named = "、".join(word[:LONGEST] for word in wrong[:5])
        said = f"每个词 {SHORTEST} 至 {LONGEST} 个字，中间不能有句号等标点：{named}"
        raise Invalid("watch.word", fields={"words": said})
    if not given:
        raise Invalid("watch.empty", fields={"words": "请填写要添加的词，每行一个。"})
    rows = WatchWord.objects.filter(tenant_id=tenant_id)
    known = {row.folded: row for row in rows.filter(folded__in=given).select_for_update(no_key=True)}
    if rows.count() + len(given) - len(known) > MOST:
        raise Refused("watch.too_many", f"词表最多 {MOST} 个词。")
    for folded, (word, note) in given.items():
        if (row := known.get(folded)) is None:
            ctx.insert(
                WatchWord(
                    tenant_id=tenant_id,
                    word=word,
                    folded=folded,
                    note=note,
                    added_by_id=ctx.actor.party_id,
                    added_at=ctx.now,
                )
            )
        elif note and note != row.note:
            row.note = note
            ctx.update(row, "note")
    return len(given) - len(known)


@existing("watch.remove", title="删除留意词", permission="watch.edit", select=selectors.watch_words_for)
def watch_remove(ctx: Context, word: WatchWord) -> None:
    """Take a word off the list; what it has marked already stays marked until a person decides."""
    ctx.detail(word=word.word)
    word.delete()


def _fits(folded: str, word: str) -> bool:
    return SHORTEST <= len(folded) <= 2 * LONGEST and len(word) <= LONGEST and "\n" not in folded
