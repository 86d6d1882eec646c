from renda.voice.models.answers import Answer, Rating, Verdict
from renda.voice.models.drafts import MessageDraft
from renda.voice.models.handling import Assignment, ContactLog, Decision
from renda.voice.models.history import ImportedRow, MessageImport, PastMessage
from renda.voice.models.hotline import HotlineTicket
from renda.voice.models.issues import CommonIssue, IssueFigure, IssueVoice
from renda.voice.models.messages import BY_A_CLERK, Channel, Door, Message, Solved, Stage
from renda.voice.models.publications import Joiner, JoinerRating, Publication
from renda.voice.models.statistics import Axis, CountedTrail, MonthFigure
from renda.voice.models.watching import Hold, WatchWord
from renda.voice.words import Satisfaction

__all__ = [
    "BY_A_CLERK",
    "Answer",
    "Assignment",
    "Axis",
    "Channel",
    "CommonIssue",
    "ContactLog",
    "CountedTrail",
    "Decision",
    "Door",
    "Hold",
    "HotlineTicket",
    "ImportedRow",
    "IssueFigure",
    "IssueVoice",
    "Joiner",
    "JoinerRating",
    "Message",
    "MessageDraft",
    "MessageImport",
    "MonthFigure",
    "PastMessage",
    "Publication",
    "Rating",
    "Satisfaction",
    "Solved",
    "Stage",
    "Verdict",
    "WatchWord",
]
