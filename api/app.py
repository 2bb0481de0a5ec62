"""The application: services in, routes on, and around them what every request passes.

From outside in: strict headers on every answer, the gate, the limit for bodies, the routes.
"""

from __future__ import annotations

from fastapi import FastAPI

from api import problems
from api.auth.gate import Gate
from api.bodies import BodyLimit
from api.deps import Services
from api.headers import StrictHeaders
from api.routes import (
    cable,
    drive,
    keys,
    layouts,
    mouse,
    session,
    shortcuts,
    status,
    target,
    typing,
    video,
)
from api.schemas import Problem, ProblemResponses
from api.status import version

ROUTERS = (
    session.router,
    status.router,
    video.router,
    keys.router,
    mouse.router,
    shortcuts.router,
    layouts.router,
    typing.router,
    drive.router,
    cable.router,
    target.router,
)
EVERY_ANSWER: ProblemResponses = {
    "default": {
        "description": "A problem (RFC 9457)",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    },
    422: {"model": Problem, "description": "A request that is not what it should be"},
}


def create_app(services: Services) -> FastAPI:
    """The application on these services. Starts nothing and opens nothing by itself."""
    app = FastAPI(
        title="KaputtKVM",
        summary="Keyboard, drive and screen of a machine in trouble",
        version=version(),
        docs_url=None,  # they load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses=EVERY_ANSWER,
    )
    app.state.services = services
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(services.page.routes())
    # The one added last is the outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(
        Gate, sign_in=services.sign_in, origins=services.origins, is_page=services.page.has
    )
    app.add_middleware(StrictHeaders)
    return app
