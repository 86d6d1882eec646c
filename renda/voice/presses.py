"""The buttons of a message's page: what the flow offers, and what is open beside the flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.urls import reverse

from renda.kernel import clock, policy
from renda.kernel.actions.api import ACTIONS
from renda.kernel.flow.api import CaseView, Offer, Task
from renda.kernel.parties import Actor
from renda.kernel.ui.shapes import Press
from renda.voice.actions.unit import obstacle_to_sending_back
from renda.voice.forms import ActForm, form_for
from renda.voice.models import Assignment, Message, Rating, Stage
from renda.voice.verbs import FIRST, OFFERED, ON_DEMAND, VERBS

# Offered on each task of a step; on others' tasks the button says whose.
_OF_A_TASK = {"transfer", "release", "remove_assignee"}
# Moves whose action tells which button it is; the others are one button whatever they are about.
_BY_ACTION = {"act"}


@dataclass(frozen=True)
class Buttons:
    """Whose buttons on which message. ``bound``: forms that were refused, shown again with what was typed; ``asked``: the
    key of the button whose form is to be open.
    """

    message: Message
    actor: Actor
    case: CaseView
    assignments: Sequence[Assignment] = ()
    ratings: Sequence[Rating] = ()
    bound: Mapping[str, ActForm] = field(default_factory=dict)
    asked: str = ""

    def presses(self) -> list[Press]:
        """The buttons; what somebody waits for stands first."""
        found: dict[str, Press] = {}
        for verb, offer in self.open():
            press = self._press(verb, offer)
            found.setdefault(press.key, press)
        return sorted(found.values(), key=lambda press: press.key.removeprefix("message.") not in FIRST)

    def open(self) -> Iterator[tuple[str, Offer | None]]:
        """The verbs that may be pressed now, each with what the flow offers (None: it stands beside the flow)."""
        for offer in self.case.offers:
            verb = OFFERED.get((offer.move, offer.action if offer.move in _BY_ACTION else ""))
            if verb is not None and not self._goes_without_saying(verb, offer):
                yield verb, offer
        units = {post.organisation_id for post in self.actor.posts} - {self.message.lead_unit_id}
        if any(one.unit_id in units for one in self._running):
            yield "log_contact", None  # joint units log what they talked over
        if self._may_rate():
            yield "record_rating", None

    def _goes_without_saying(self, verb: str, offer: Offer) -> bool:
        """The flow would take it; the policy, the business or common sense does not."""
        match verb:
            case "urge":
                # Nobody urges herself.
                return bool(self._acts_on) or not self._may("message.urge")
            case "oversee":
                return not self._may("message.oversee")
            case "read":
                return offer.task_id in self._acts_on  # to act on it is to have read it
            case "receive":
                return self._of_the_lead is None or self._of_the_lead.received_at is not None
            case "send_back":
                return bool(obstacle_to_sending_back(self.message, self._of_the_lead, clock.now()))
            case "claim":
                return self._people_behind(offer) < 2
        return False

    def _may(self, permission: str) -> bool:
        return policy.may(self.actor, permission, self.message.tenant_id)

    def _may_rate(self) -> bool:
        """Whether this side has not rated the last answer yet, and this actor may speak for it."""
        message, answered = self.message, self.message.answered_at
        if message.stage not in {Stage.RATING, Stage.CONCLUDED, Stage.PROMISE} or answered is None:
            return False
        side = Rating.By.DEPUTY if self._is_her_deputy else Rating.By.CONSTITUENT
        if any(rating.by == side and rating.rated_at >= answered for rating in self.ratings):
            return False
        return self._is_her_deputy or (message.stage == Stage.RATING and self._may("message.record_rating"))

    @property
    def _is_her_deputy(self) -> bool:
        return self.message.deputy_id is not None and self.message.deputy_id == self.actor.party_id

    @cached_property
    def _acts_on(self) -> set[int | None]:
        """The tasks that wait for this actor."""
        return {offer.task_id for offer in self.case.offers if offer.move == "act"}

    @cached_property
    def _running(self) -> list[Assignment]:
        return [one for one in self.assignments if one.sent_back_at is None and one.answered_at is None]

    @cached_property
    def _of_the_lead(self) -> Assignment | None:
        return next((one for one in self._running if one.unit_id == self.message.lead_unit_id), None)

    def _task(self, offer: Offer) -> Task | None:
        return next((task for task in self.case.tasks if task.id == offer.task_id), None)

    def _people_behind(self, offer: Offer) -> int:
        task = self._task(offer)
        return self.case.assignees[task.assignee_id].people if task is not None else 0

    # One button

    def _press(self, verb: str, offer: Offer | None) -> Press:
        looks, carried, whose = VERBS[verb], _carried(offer), self._whose(verb, offer)
        own = f"{verb}.{offer.task_id}" if offer is not None and whose else verb
        if verb in ON_DEMAND and verb not in self.bound and own != self.asked:
            page = reverse("voice:message.page", args=[self.message.pk])
            press = Press(key=f"message.{own}", title=self._title(verb, offer, whose), url="", icon=looks.icon)
            return replace(press, leads_to=f"{page}?act={own}#{press.anchor}")
        form = self.bound.get(verb) or form_for(verb, self.message, self.actor, key=own, initial=carried)
        fills_in = bool(form.visible_fields()) or verb in self.bound
        return Press(
            key=f"message.{own}",
            title=self._title(verb, offer, whose),
            url=reverse(f"voice:message.{verb}", args=[self.message.pk]),
            form=form if fills_in else None,
            primary=verb in FIRST[:1] or bool(offer and offer.primary),
            icon=looks.icon,
            hint=looks.hint,
            hidden={} if fills_in else carried,
            warning=looks.warning,
            is_open=verb in self.bound or own == self.asked,
        )

    def _title(self, verb: str, offer: Offer | None, whose: str) -> str:
        if verb == "record_rating" and self._is_her_deputy:
            return "代表评价"
        # The flow's word at this step, except where one button stands for two of its actions.
        said = offer.title if offer is not None and offer.move == "act" and verb != "judge" else ""
        return said or ACTIONS[f"message.{verb}"].title + (f"（{whose}）" if whose else "")

    def _whose(self, verb: str, offer: Offer | None) -> str:
        """The assignee's name, where an administrator deals with another's task."""
        if offer is None or verb not in _OF_A_TASK or offer.task_id in self._acts_on:
            return ""
        task = self._task(offer)
        return self.case.assignees[task.assignee_id].name if task is not None else ""


def _carried(offer: Offer | None) -> dict[str, Any]:
    """What the press carries unseen: the request it answers, or the task as this page shows it."""
    if offer is None:
        return {}
    if offer.request_id is not None:
        return {"request_id": offer.request_id}
    return {"task_id": offer.task_id, "version": offer.version}
