"""All actions that Rasa may call, by their names in domain.yml. Actions are listed here explicitly."""

from __future__ import annotations

from bot.actions.complaint import filing, offered
from bot.actions.complaint import form as complaint_form
from bot.actions.policy import answer as policy
from bot.actions.policy import follow_up, instead, offices, several, which
from bot.actions.policy.choosing import choosing_first
from bot.actions.policy.follow_up import continuing_first, surely_first
from bot.actions.policy.staying import staying_first
from bot.actions.progress import form as status_form
from bot.actions.progress import how_long, just_now
from bot.actions.runtime.turn import Action
from bot.actions.talk import exposure, fallback, handoff, procedure_first, reached, smalltalk, who_handles


def _first(action: Action) -> Action:
    """Wraps an action: 会不会让对方知道是我, 会打电话给我不, 社保局电话, 不是停水 是水发黄, what the last entry surely says, 几天能处理, talk about the ticket shown last, and 还是登记吧 are handled first; else the action runs."""
    return exposure.first(
        reached.first(
            offices.first(
                instead.first(
                    who_handles.first(surely_first(how_long.first(just_now.first(offered.first(action)))))
                )
            )
        )
    )


ACTIONS: dict[str, Action] = {
    "validate_complaint_form": complaint_form.validate,
    "action_file_ticket": filing.file_ticket,
    "validate_status_form": status_form.validate,
    "action_answer_policy": _first(
        choosing_first(continuing_first(procedure_first.first(several.answer_policy)))
    ),
    "action_ask_or_tell": _first(
        choosing_first(continuing_first(staying_first(several.parts_first(which.ask_or_tell))))
    ),
    "action_follow_up": _first(choosing_first(follow_up.follow_up)),
    "action_out_of_scope": reached.first(
        offices.first(
            instead.first(
                how_long.first(
                    just_now.first(offered.first(choosing_first(continuing_first(policy.out_of_scope))))
                )
            )
        )
    ),
    "action_request_human": handoff.request_human,
    fallback.NAME: _first(
        choosing_first(
            continuing_first(staying_first(several.parts_first(procedure_first.first(fallback.fallback))))
        )
    ),
    "action_affirm": instead.first(
        just_now.first(choosing_first(continuing_first(smalltalk.answering(smalltalk.affirm))))
    ),
    "action_deny": instead.first(
        just_now.first(choosing_first(continuing_first(smalltalk.answering(smalltalk.deny))))
    ),
    "action_repeat": instead.first(just_now.first(smalltalk.repeat)),
    "action_who": instead.first(just_now.first(smalltalk.who)),
    "action_thank": just_now.first(smalltalk.thank),
    "action_goodbye": just_now.first(staying_first(smalltalk.goodbye)),
    "action_calm": instead.first(smalltalk.calm),
    "action_no_form": instead.first(just_now.first(offered.first(continuing_first(fallback.misread)))),
}
"""Name → action."""
