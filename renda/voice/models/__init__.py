from renda.voice.models.answers import Answer, Rating, Satisfaction, Verdict
from renda.voice.models.handling import Assignment, ContactLog, Decision
from renda.voice.models.messages import Channel, Door, Message, Solved, Stage
from renda.voice.models.statistics import Axis, CountedTrail, MonthFigure

__all__ = [
    "Answer",
    "Assignment",
    "Axis",
    "Channel",
    "ContactLog",
    "CountedTrail",
    "Decision",
    "Door",
    "Message",
    "MonthFigure",
    "Rating",
    "Satisfaction",
    "Solved",
    "Stage",
    "Verdict",
]
