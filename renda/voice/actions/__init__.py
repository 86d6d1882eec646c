from renda.voice.actions.administering import (
    message_grant_jump,
    message_jump,
    message_refuse_jump,
    message_remove_assignee,
    message_resume,
    message_suspend,
    message_terminate,
)
from renda.voice.actions.closing import message_forward, message_judge, message_rate, message_record_rating
from renda.voice.actions.desk import message_claim, message_release, message_transfer, message_withdraw
from renda.voice.actions.drafts import draft_drop, draft_save, draft_start
from renda.voice.actions.handling import message_answer, message_assign, message_refer, message_refer_up
from renda.voice.actions.history import (
    history_bring_in,
    history_reveal,
    history_start,
    history_take_back,
    history_upload,
)
from renda.voice.actions.hotline import ticket_number, ticket_reply
from renda.voice.actions.intake import message_accept, message_redirect, message_register, message_submit
from renda.voice.actions.issues import issue_rename, issue_take_out
from renda.voice.actions.publishing import (
    joiner_join,
    joiner_rate,
    message_publish,
    message_reveal_joiners,
    message_take_back,
    message_withdraw_consent,
)
from renda.voice.actions.reading import message_read
from renda.voice.actions.steering import message_oversee, message_read_sealed, message_reveal, message_urge
from renda.voice.actions.unit import (
    message_extend,
    message_grant_extension,
    message_log_contact,
    message_receive,
    message_refuse_extension,
    message_send_back,
)
from renda.voice.actions.watching import watch_add, watch_remove

__all__ = [
    "draft_drop",
    "draft_save",
    "draft_start",
    "history_bring_in",
    "history_reveal",
    "history_start",
    "history_take_back",
    "history_upload",
    "issue_rename",
    "issue_take_out",
    "joiner_join",
    "joiner_rate",
    "message_accept",
    "message_answer",
    "message_assign",
    "message_claim",
    "message_extend",
    "message_forward",
    "message_grant_extension",
    "message_grant_jump",
    "message_judge",
    "message_jump",
    "message_log_contact",
    "message_oversee",
    "message_publish",
    "message_rate",
    "message_read",
    "message_read_sealed",
    "message_receive",
    "message_record_rating",
    "message_redirect",
    "message_refer",
    "message_refer_up",
    "message_refuse_extension",
    "message_refuse_jump",
    "message_register",
    "message_release",
    "message_remove_assignee",
    "message_resume",
    "message_reveal",
    "message_reveal_joiners",
    "message_send_back",
    "message_submit",
    "message_suspend",
    "message_take_back",
    "message_terminate",
    "message_transfer",
    "message_urge",
    "message_withdraw",
    "message_withdraw_consent",
    "ticket_number",
    "ticket_reply",
    "watch_add",
    "watch_remove",
]
