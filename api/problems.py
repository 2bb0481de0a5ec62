"""Errors as HTTP says them: a status for each code, and one document for all.

`code` is for programs, `detail` and `remedy` are for people. Routes raise; only this module
knows status numbers.

Source: RFC 9457 (problem details).
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.keys.plan import TextUntypableError
from gadgetd.errors import KaputtError, RemoteError

log = logging.getLogger(__name__)

STATUS: dict[str, int] = {
    # Asking
    "request_invalid": 422,
    "body_too_large": 413,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_refused": 400,
    "internal": 500,
    # Who asks
    "login_required": 401,
    "password_wrong": 401,
    "too_many_attempts": 429,
    "origin_refused": 403,
    # Keyboard
    "key_unknown": 422,
    "text_untypable": 422,
    "replacement_untypable": 422,
    "layout_unknown": 422,
    "layout_broken": 503,
    "layouts_unavailable": 503,
    # Typing text
    "text_too_long": 413,
    "typing_busy": 409,
    "job_unknown": 404,
    "job_over": 409,
    "place_unknown": 422,
    "typing_lost": 503,
    "typing_not_begun": 502,
    "keys_released": 409,
    "keys_waiting": 429,
    "seat_taken": 409,
    "seat_lost": 409,
    "seats_full": 429,
    "owner_unknown": 422,
    "computing_busy": 429,
    "texts_waiting": 429,
    "mouse_missing": 409,
    "seat_unknown": 409,
    "host_absent": 409,
    "host_busy": 503,
    "node_lost": 503,
    # Shortcuts
    "shortcuts_unreadable": 503,
    "shortcuts_unwritable": 503,
    # Drive
    "image_not_found": 404,
    "image_name_invalid": 422,
    "image_not_regular": 409,
    "image_unreadable": 409,
    "image_too_small": 422,
    "image_too_large": 422,
    "image_not_sectors": 422,
    "images_unreadable": 503,
    "medium_locked": 409,
    "insert_failed": 502,
    "storage_never": 409,
    "storage_always": 409,
    # Cable
    "udc_missing": 503,
    "udc_several": 503,
    "udc_unknown": 503,
    "udc_busy": 503,
    "configfs_missing": 503,
    "bind_failed": 502,
    "gadget_refused": 502,
    "kernel_stuck": 504,
    "endpoints_short": 503,
    "hid_functions_short": 503,
    "wake_unsupported": 501,
    # Picture
    "picture_unavailable": 503,
    # Target
    "reset_unavailable": 404,
    "reset_failed": 502,
    # The way to gadgetd
    "gadgetd_unreachable": 503,
    "gadgetd_silent": 504,
    "wire_malformed": 502,
    "wire_too_long": 502,
    "wire_unknown_verb": 502,
    "wire_argument": 502,
    "wire_version": 502,
    "wire_forbidden": 502,
}

DETAILS_TOLD = 5


class RequestInvalidError(KaputtError):
    """A request that does not say what it should."""

    code = "request_invalid"


class NotFoundError(KaputtError):
    """Nothing is at this address."""

    code = "not_found"


class MethodNotAllowedError(KaputtError):
    """Something is at this address, but it cannot be asked like that."""

    code = "method_not_allowed"


class RequestRefusedError(KaputtError):
    """The framework cannot make sense of a request."""

    code = "request_refused"


class InternalError(KaputtError):
    """A mistake of ours."""

    code = "internal"

    def __init__(self) -> None:
        super().__init__(
            "KaputtKVM made a mistake while answering this.",
            "Its log says more: journalctl -u kaputtkvm-api",
        )


def status_of(error: KaputtError) -> int:
    """The HTTP status for an error; what gadgetd says in words unknown to us is its failure."""
    return STATUS.get(error.code, 502 if isinstance(error, RemoteError) else 500)


def problem(error: KaputtError, path: str) -> dict[str, Any]:
    """The problem document."""
    status = status_of(error)
    return {
        "type": f"urn:kaputtkvm:{error.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.sentence,
        "instance": path,
        "code": error.code,
        "remedy": error.remedy,
        **(_untypable(error) if isinstance(error, TextUntypableError) else {}),
    }


def _untypable(error: TextUntypableError) -> dict[str, Any]:
    """The characters, told to nobody but the one who sent them."""
    characters = [
        {
            "character": each.character,
            "label": each.label,
            "count": each.count,
            "positions": [asdict(position) for position in each.positions],
        }
        for each in error.characters
    ]
    return {"characters": characters, "different": error.different}


def problem_response(error: KaputtError, path: str) -> JSONResponse:
    """The problem document as an answer."""
    headers = {"Cache-Control": "no-store"}
    retry_after_s: int | None = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    return JSONResponse(
        problem(error, path),
        status_code=status_of(error),
        headers=headers,
        media_type="application/problem+json",
    )


def sentence_about(errors: Any) -> str:
    """What is wrong with a request, and where, out of pydantic's list."""
    told = []
    for error in list(errors)[:DETAILS_TOLD]:
        where = ".".join(str(step) for step in error["loc"] if step not in ("body", "query"))
        told.append(f"{where}: {error['msg']}" if where else str(error["msg"]))
    return f"The request is not what it should be: {'; '.join(told)}."


def path_of(request: Request) -> str:
    """What was asked for. Not `request.url`, which Host has a part in: anybody may send any."""
    path: str = request.scope["path"]
    return path


def install(app: FastAPI) -> None:
    """Have every error of `app` answered with its problem document."""

    async def kaputt(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, KaputtError)
        if status_of(error) >= 500:
            log.warning("%s %s: %s (%s)", request.method, path_of(request), error, error.code)
        return problem_response(error, path_of(request))

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        return problem_response(
            RequestInvalidError(sentence_about(error.errors())), path_of(request)
        )

    async def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        path, method = path_of(request), request.method
        found: KaputtError
        match error.status_code:
            case 404:
                found = NotFoundError(f"There is nothing at {path}.")
            case 405:
                allowed = (error.headers or {}).get("Allow", "")
                found = MethodNotAllowedError(
                    f"{path} does not take {method}.", f"It takes {allowed}." if allowed else ""
                )
            case _:
                found = RequestRefusedError(f"{method} {path}: {error.detail}.")
        response = problem_response(found, path)
        for name, value in (error.headers or {}).items():
            response.headers.setdefault(name, value)
        return response

    async def unexpected(request: Request, _: Exception) -> JSONResponse:
        # The framework raises it again behind us, so that the log has it with its traceback.
        return problem_response(InternalError(), path_of(request))

    app.add_exception_handler(KaputtError, kaputt)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, unexpected)
