"""The layouts that a target's keyboard may be set to."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter
from starlette.responses import Response

from api.deps import TextTypist
from api.keys.labels import KeyLabels
from api.keys.layouts import Layout, key_labels, known_layout, layouts
from api.typing_schemas import (
    KeyFace,
    LayoutDefault,
    LayoutKeys,
    LayoutList,
    LayoutState,
    VariantAsked,
)

router = APIRouter(prefix="/api/layouts", tags=["typing"])


@router.get("", response_model=LayoutList)
async def every_layout(typist: TextTypist) -> Response:
    """Every layout and variant of this system, with its name."""
    settings = typist.settings
    default = LayoutDefault(
        layout=settings.layout,
        variant=settings.variant,
        system=settings.system,
        delay_ms=settings.delay_ms,
    )
    body = await typist.compute(_listed, default)
    return Response(body, media_type="application/json")


@router.get("/{layout}/keys")
async def keys(layout: str, typist: TextTypist, variant: VariantAsked = "") -> LayoutKeys:
    """What is printed on the keys of a layout."""
    known, faces = await typist.compute(_printed, layout, variant)
    return LayoutKeys(
        layout=known.layout,
        variant=known.variant,
        name=known.name,
        keys=[
            KeyFace(code=face.code, labels=list(face.labels), dead=list(face.dead))
            for face in faces
        ],
    )


def _printed(layout: str, variant: str) -> tuple[Layout, tuple[KeyLabels, ...]]:
    return known_layout(layout, variant), key_labels(layout, variant)


@cache
def _listed(default: LayoutDefault) -> bytes:
    """The answer, made once: it is long, and always the same."""
    found = [
        LayoutState(layout=each.layout, variant=each.variant, name=each.name) for each in layouts()
    ]
    return LayoutList(layouts=found, default=default).model_dump_json().encode()
