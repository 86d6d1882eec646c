"""Common issues in people's hands: a better name, and a voice that speaks of something else taken out."""

from __future__ import annotations

from renda.kernel.actions.api import Context, existing
from renda.kernel.errors import Invalid
from renda.kernel.privacy.api import clean_text
from renda.voice import selectors
from renda.voice.issues.counting import count_voices
from renda.voice.models import CommonIssue, IssueVoice

LONGEST = 60


@existing("issue.rename", title="更名共性问题", permission="issue.edit", select=selectors.issues_for)
def issue_rename(ctx: Context, issue: CommonIssue, *, title: str) -> CommonIssue:
    """Say what the matter is.

    Raises:
        Invalid: no title, or more than 60 characters.
    """
    title = clean_text(title).strip()
    if not title or len(title) > LONGEST:
        raise Invalid("issue.title", fields={"title": f"请填写问题名称，不超过 {LONGEST} 字。"})
    issue.title = title
    ctx.update(issue, "title")
    return issue


@existing("issue.take_out", title="移出共性问题", permission="issue.edit", select=selectors.voices_for)
def issue_take_out(ctx: Context, voice: IssueVoice) -> IssueVoice:
    """Take a message out that speaks of something else; the machine does not put it in again."""
    voice.taken_out = True
    ctx.update(voice, "taken_out")
    ctx.collect("issue.count", voice.issue_id, _count)
    return voice


def _count(_ctx: Context, issues: list[int]) -> None:
    for issue in set(issues):
        count_voices(issue)
