"""Forms. ``FORMS`` maps a verb of a message's page to the form behind its button, ``form_for`` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renda.kernel.parties import Actor
from renda.voice.forms import acting, steering
from renda.voice.forms.acting import ActForm
from renda.voice.forms.history import UploadForm
from renda.voice.forms.leaving import PasteForm, RegisterForm
from renda.voice.forms.publishing import TakeBackForm
from renda.voice.models import Message
from renda.voice.words import PHOTOS

__all__ = ["FORMS", "PHOTOS", "ActForm", "PasteForm", "RegisterForm", "UploadForm", "form_for"]

FORMS: Mapping[str, type[ActForm]] = {
    "accept": acting.AcceptForm,
    "redirect": acting.RedirectForm,
    "answer": acting.AnswerForm,
    "refer": acting.ReferForm,
    "assign": acting.AssignForm,
    "refer_up": acting.ReferUpForm,
    "receive": acting.PressForm,
    "send_back": acting.SendBackForm,
    "withdraw": acting.WithdrawForm,
    "extend": acting.ExtendForm,
    "grant_extension": acting.RequestForm,
    "refuse_extension": acting.RequestForm,
    "read": acting.PressForm,
    "claim": acting.PressForm,
    "release": acting.PressForm,
    "transfer": acting.TransferForm,
    "log_contact": acting.ContactForm,
    "forward": acting.ForwardForm,
    "record_rating": acting.RecordRatingForm,
    "judge": acting.JudgeForm,
    "remove_assignee": acting.PressForm,
    "urge": steering.UrgeForm,
    "oversee": steering.OverseeForm,
    "suspend": steering.SuspendForm,
    "resume": steering.ResumeForm,
    "terminate": steering.TerminateForm,
    "jump": steering.JumpForm,
    "grant_jump": acting.RequestForm,
    "refuse_jump": acting.RequestForm,
    "reveal": steering.ReasonForm,
    "read_sealed": steering.ReasonForm,
    "reveal_joiners": steering.ReasonForm,
    "take_back": TakeBackForm,
}


def form_for(verb: str, message: Message, actor: Actor, *, key: str = "", **given: Any) -> ActForm:
    """The form behind a button. ``key`` keeps its ids apart on a page that has the button twice."""
    return FORMS[verb](message=message, actor=actor, auto_id=f"id_{key or verb}_%s", **given)
