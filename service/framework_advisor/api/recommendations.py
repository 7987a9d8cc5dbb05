"""``/v1/recommendations``: profile in, recommendation out."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from framework_advisor.api import idempotency
from framework_advisor.api.gate import InjectedCaller
from framework_advisor.api.openapi import described
from framework_advisor.api.replay import changes, parse_replay, profile_on
from framework_advisor.api.requests import body_of
from framework_advisor.api.responses import document, following, text, written
from framework_advisor.api.schemas import (
    BriefRecommendation,
    RecommendationList,
    RecommendationSummary,
    Replay,
    ReplayRequest,
)
from framework_advisor.api.services import Injected
from framework_advisor.profile import Profile, parse_profile
from framework_advisor.recommendation import Recommendation
from framework_advisor.report import html, markdown

PATH = "/v1/recommendations"
#: What a record can be asked for as.
MARKDOWN, PAGE = "text/markdown", "text/html"
VARIES = {"Vary": "Accept"}

#: The largest row number that every database can be asked for.
LARGEST_ID = 2**31 - 1
#: How many items a page of a list has, and where it begins.
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="items on a page")]
Cursor = Annotated[
    int | None, QueryParameter(ge=1, le=LARGEST_ID, description="from a list's next")
]


class Recommendations(Controller):
    """Deciding, and what was decided."""

    path = PATH

    @post(
        operation_class=described(
            {
                201: (Recommendation, BriefRecommendation),
                200: (Recommendation, BriefRecommendation),
            },
            body=Profile,
            headers=idempotency.DESCRIBED,
            links={
                "get": ("V1RecommendationsOne", "recommendation"),
                "record": ("V1RecommendationsRecordRecord", "recommendation"),
                "replay": ("V1RecommendationsReplayReplay", "recommendation"),
                "forget": ("V1RecommendationsForget", "recommendation"),
            },
        )
    )
    async def recommend(
        self,
        request: Request[Any, Any, Any],
        services: Injected,
        caller: InjectedCaller,
        explain: FromQuery[bool] = True,
        store: FromQuery[bool] = True,
    ) -> Response[bytes]:
        """Decide. explain=false: verdict and ranking alone; store=false: keep nothing, 200."""
        profile = await body_of(request, parse_profile)
        kept = services.store.recommendations
        once = idempotency.once_of(request, caller, profile) if store else None
        if once and (earlier := await kept.repeated(once)):
            return _again(earlier, explain=explain)
        answer = await services.answer(profile)
        content = answer.full() if explain else answer.brief()
        if not store:
            return written(content)
        if earlier := await kept.add(answer, caller.key, once):
            return _again(earlier, explain=explain)
        return written(content, 201, {"Location": answer.identity.links.self})

    @get(operation_class=described({200: RecommendationList}))
    async def page(
        self,
        services: Injected,
        caller: InjectedCaller,
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Response[bytes]:
        """List what was decided, newest first; where keys are needed, for this key alone."""
        page = await services.store.recommendations.page(limit, cursor, caller.key)
        return document(
            RecommendationList(
                items=tuple(map(RecommendationSummary.of, page.items)),
                total=page.total,
                next=following(PATH, page.next, limit),
            )
        )

    @get("/{recommendation:str}", operation_class=described({200: Recommendation}, refusals=(404,)))
    async def one(
        self, services: Injected, caller: InjectedCaller, recommendation: FromPath[str]
    ) -> Response[bytes]:
        """Give one recommendation as it was given first."""
        return document(await services.store.recommendations.get(recommendation, caller.key))

    @delete(
        "/{recommendation:str}",
        status_code=204,
        operation_class=described({204: None}, refusals=(404,)),
    )
    async def forget(
        self, services: Injected, caller: InjectedCaller, recommendation: FromPath[str]
    ) -> None:
        """Forget one recommendation."""
        await services.store.recommendations.delete(recommendation, caller.key)

    @get(
        "/{recommendation:str}/record",
        operation_class=described({200: {MARKDOWN: None, PAGE: None}}, refusals=(404,)),
    )
    async def record(
        self,
        request: Request[Any, Any, Any],
        services: Injected,
        caller: InjectedCaller,
        recommendation: FromPath[str],
    ) -> Response[bytes]:
        """Give the decision record: Markdown to be kept with the code, or text/html to print."""
        record = markdown(await services.store.recommendations.get(recommendation, caller.key))
        if request.accept.best_match([MARKDOWN, PAGE]) == PAGE:
            return text(html(record), PAGE, VARIES)
        return text(record, MARKDOWN, VARIES)

    @post(
        "/{recommendation:str}/replay",
        status_code=200,
        operation_class=described(
            {200: Replay}, body=ReplayRequest, body_required=False, refusals=(404,)
        ),
    )
    async def replay(
        self,
        request: Request[Any, Any, Any],
        services: Injected,
        caller: InjectedCaller,
        recommendation: FromPath[str],
    ) -> Response[bytes]:
        """Decide again with today's knowledge and measurements, or as of a day; keeps nothing."""
        asked = await body_of(request, parse_replay)
        before = await services.store.recommendations.get(recommendation, caller.key)
        after = await services.recommend(profile_on(before.profile, asked.as_of))
        return document(
            Replay(
                before=before.verdict,
                after=after.verdict,
                changed=changes(before, after),
                recommendation=after,
            )
        )


def _again(earlier: Recommendation, *, explain: bool) -> Response[bytes]:
    """The answer to a request that was answered before."""
    brief = BriefRecommendation(
        id=earlier.id,
        created_at=earlier.created_at,
        verdict=earlier.verdict,
        ranking=earlier.ranking,
        links=earlier.links,
    )
    return document(earlier if explain else brief, 201, {"Location": earlier.links.self})
