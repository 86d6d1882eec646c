from renda.voice.models.answers import Answer, Rating, Satisfaction, Verdict
from renda.voice.models.handling import Assignment, ContactLog, Decision
from renda.voice.models.messages import Channel, Door, Message, Solved, Stage

__all__ = [
    "Answer",
    "Assignment",
    "Channel",
    "ContactLog",
    "Decision",
    "Door",
    "Message",
    "Rating",
    "Satisfaction",
    "Solved",
    "Stage",
    "Verdict",
]
