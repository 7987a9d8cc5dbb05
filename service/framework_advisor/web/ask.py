"""``/``: the form for a profile, and the way from it to an answer."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get, post
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from framework_advisor.api.gate import InjectedCaller
from framework_advisor.api.services import Injected
from framework_advisor.errors import InvalidInput, NotFound
from framework_advisor.profile import parse_profile
from framework_advisor.web.policy import sent
from framework_advisor.web.views.examples import EXAMPLES
from framework_advisor.web.views.form import Form, form
from framework_advisor.web.views.sending import profile_json, sent_of


class Ask(Controller):
    """Asking for a recommendation."""

    @get("/")
    async def start(
        self,
        services: Injected,
        caller: InjectedCaller,
        example: FromQuery[str | None] = None,
        like: FromQuery[str | None] = None,
    ) -> Template:
        """Show the form: empty, or filled in like an example or like an answer that was given."""
        if like is not None:
            found = await services.store.recommendations.get(like, caller.key)
            return _page(form(sent_of(found.profile.model_dump(mode="json", exclude_unset=True))))
        if example is None:
            return _page(form({}))
        if example not in EXAMPLES:
            raise NotFound(f"There is no example {example}.")
        return _page(form(sent_of(EXAMPLES[example])), example)

    @post("/recommendations")
    async def decide(
        self, request: Request[Any, Any, Any], services: Injected, caller: InjectedCaller
    ) -> Template | Redirect:
        """Decide and go to the answer; what cannot be decided comes back with what is wrong."""
        given = await sent(request)
        try:
            answer = await services.answer(parse_profile(profile_json(given)))
        except InvalidInput as error:
            return _page(form(given, error.errors), status=422)
        await services.store.recommendations.add(answer, caller.key, None)
        return Redirect(f"/recommendations/{answer.identity.id}", status_code=303)


def _page(shown: Form, example: str | None = None, status: int = 200) -> Template:
    context = {"form": shown, "examples": EXAMPLES, "example": example, "here": "ask"}
    return Template("ask.html", context=context, status_code=status)
