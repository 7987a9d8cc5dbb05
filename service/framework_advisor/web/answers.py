"""``/recommendations``: answers that were given, and what is done with one."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.plugins.htmx import HTMXRequest
from litestar.response import Redirect, Template

from framework_advisor.api.access import answer_with
from framework_advisor.api.gate import Caller, InjectedCaller
from framework_advisor.api.recommendations import LARGEST_ID
from framework_advisor.api.replay import changes, profile_on
from framework_advisor.api.responses import text
from framework_advisor.api.services import Injected, Services
from framework_advisor.profile import Profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.report import html, markdown
from framework_advisor.scaffold import project_for, zipped
from framework_advisor.web.policy import sent
from framework_advisor.web.views.answer import answer_page, decided
from framework_advisor.web.views.verdict import headline
from framework_advisor.web.views.weights import weights_sent, with_weights

AnyRequest = Request[Any, Any, Any]
Cursor = Annotated[int | None, QueryParameter(ge=1, le=LARGEST_ID)]
ON_A_PAGE = 50
#: A record is one file with its style in it.
RECORD_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


class Answers(Controller):
    """Reading answers, trying other weights, deciding again, forgetting."""

    path = "/recommendations"

    @get()
    async def kept(
        self, services: Injected, caller: InjectedCaller, cursor: Cursor = None
    ) -> Template:
        """List what was decided, newest first."""
        page = await services.store.recommendations.page(ON_A_PAGE, cursor, caller.key)
        return Template("answers.html", context={"page": page, "here": "answers"})

    @get("/{answer:str}")
    async def one(
        self, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Template:
        """Show an answer as it was given."""
        found = await services.store.recommendations.get(answer, caller.key)
        shown = await asyncio.to_thread(lambda: answer_page(found, services.knowledge()))
        return Template("answer.html", context={"page": shown, "here": "answers"})

    @get("/{answer:str}/record")
    async def record(
        self,
        request: AnyRequest,
        services: Injected,
        caller: InjectedCaller,
        answer: FromPath[str],
    ) -> Response[bytes]:
        """Give the decision record as a page to read and to print."""
        found = await services.store.recommendations.get(answer, caller.key)
        answer_with(request.scope, {"Content-Security-Policy": RECORD_POLICY})
        return text(html(markdown(found)), "text/html")

    @get("/{answer:str}/record.md")
    async def record_text(
        self, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Response[bytes]:
        """Give the decision record, to be kept beside the project's code."""
        found = await services.store.recommendations.get(answer, caller.key)
        return text(markdown(found), "text/markdown")

    @get("/{answer:str}/project.zip")
    async def project(
        self, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Response[bytes]:
        """Give a small project of the recommended stack to start from."""
        found = await services.store.recommendations.get(answer, caller.key)
        made = await asyncio.to_thread(project_for, found)
        named = {"Content-Disposition": f'attachment; filename="{made.name}.zip"'}
        return Response(zipped(made), media_type="application/zip", headers=named)

    @post("/{answer:str}/weights", status_code=200)
    async def try_weights(
        self,
        request: HTMXRequest,
        services: Injected,
        caller: InjectedCaller,
        answer: FromPath[str],
    ) -> Template:
        """Decide with the weights of the sliders, and keep nothing."""
        before, profile = await _weighted(request, services, caller, answer)
        after = await services.answer(profile)
        decision = Recommendation.model_validate_json(after.full())
        shown = decided(decision, services.knowledge().snapshot(decision.knowledge.as_of).criteria)
        context = {"before": before, "after": decision, "decided": shown, "here": "answers"}
        return Template("tried.html" if request.htmx else "tried_page.html", context=context)

    @post("/{answer:str}/keep")
    async def keep(
        self, request: AnyRequest, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Redirect:
        """Decide with the weights of the sliders, and keep the answer."""
        _, profile = await _weighted(request, services, caller, answer)
        return await _kept(services, caller, profile)

    @post("/{answer:str}/replay", status_code=200)
    async def replay(
        self, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Template:
        """Decide again with what is known and measured today, and keep nothing."""
        before = await services.store.recommendations.get(answer, caller.key)
        after = await services.recommend(profile_on(before.profile, None))
        context = {
            "before": before,
            "was": headline(before),
            "now": headline(after),
            "changed": changes(before, after),
            "here": "answers",
        }
        return Template("replayed.html", context=context)

    @post("/{answer:str}/again")
    async def again(
        self, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Redirect:
        """Ask the same again today, and keep the new answer beside the old one."""
        before = await services.store.recommendations.get(answer, caller.key)
        return await _kept(services, caller, profile_on(before.profile, None))

    @post("/{answer:str}/forget")
    async def forget(
        self, services: Injected, caller: InjectedCaller, answer: FromPath[str]
    ) -> Redirect:
        """Forget an answer."""
        await services.store.recommendations.delete(answer, caller.key)
        return Redirect("/recommendations", status_code=303)


async def _weighted(
    request: AnyRequest, services: Services, caller: Caller, answer: str
) -> tuple[Recommendation, Profile]:
    """The answer, and its profile with the weights that were sent."""
    wanted = weights_sent(await sent(request))
    before = await services.store.recommendations.get(answer, caller.key)
    return before, await asyncio.to_thread(with_weights, before.profile, wanted)


async def _kept(services: Services, caller: Caller, profile: Profile) -> Redirect:
    made = await services.answer(profile)
    await services.store.recommendations.add(made, caller.key, None)
    return Redirect(f"/recommendations/{made.identity.id}", status_code=303)
