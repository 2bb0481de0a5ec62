"""The users' own shortcuts, kept on the device."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import OwnShortcuts
from api.schemas import Shortcut, ShortcutList
from api.shortcuts import Shortcut as Kept

router = APIRouter(prefix="/api/shortcuts", tags=["keys"])


@router.get("")
async def shortcuts(own: OwnShortcuts) -> ShortcutList:
    """All of them, in their order."""
    return ShortcutList(
        shortcuts=tuple(Shortcut(label=each.label, codes=each.codes) for each in await own.all())
    )


@router.put("")
async def replace(order: ShortcutList, own: OwnShortcuts) -> ShortcutList:
    """Keep these, in place of those that there are."""
    await own.replace([Kept(each.label, each.codes) for each in order.shortcuts])
    return order
