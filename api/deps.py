"""What a route can ask for, by its type.

`Services` is all there is; a route names the one thing it needs. So tests hand in their own, and a
route cannot reach for what it did not name.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query
from starlette.requests import HTTPConnection

from api import ports
from api.auth.gate import address_of
from api.auth.sessions import Session
from api.auth.sign_in import SignIn
from api.cable import Cable
from api.drive import Drive as TargetDrive
from api.images.library import Library
from api.keys.desk import Desk
from api.keys.names import name_of
from api.keys.typist import Typist
from api.page import Page
from api.shortcuts import Shortcuts
from api.status import StatusBoard
from api.target import ResetLine


@dataclass(frozen=True)
class Services:
    """Everything the routes stand on.

    Attributes:
        origins: origins besides the page's own that may do what it may.
    """

    camera: ports.Camera
    library: Library
    desk: Desk
    drive: TargetDrive
    status: StatusBoard
    target: ResetLine
    cable: Cable
    shortcuts: Shortcuts
    typist: Typist
    sign_in: SignIn
    page: Page
    origins: Collection[str] = ()


@dataclass(frozen=True)
class Visitor:
    """Who asks, as far as they say: what they would be called, where they are, and their login."""

    name: str
    address: str
    session: Session


def _services(connection: HTTPConnection) -> Services:
    services = connection.app.state.services
    assert isinstance(services, Services)
    return services


_Services = Annotated[Services, Depends(_services)]


def _camera(services: _Services) -> ports.Camera:
    return services.camera


def _library(services: _Services) -> Library:
    return services.library


def _desk(services: _Services) -> Desk:
    return services.desk


def _drive(services: _Services) -> TargetDrive:
    return services.drive


def _status(services: _Services) -> StatusBoard:
    return services.status


def _target(services: _Services) -> ResetLine:
    return services.target


def _cable(services: _Services) -> Cable:
    return services.cable


def _typist(services: _Services) -> Typist:
    return services.typist


def _shortcuts(services: _Services) -> Shortcuts:
    return services.shortcuts


def _caller(connection: HTTPConnection) -> Visitor:
    name = name_of(connection.headers.get("user-agent"))
    return Visitor(name, address_of(connection), _session(connection))


def _sign_in(services: _Services) -> SignIn:
    return services.sign_in


def _session(connection: HTTPConnection) -> Session:
    session = connection.state.session  # put there by the gate
    assert isinstance(session, Session)
    return session


Address = Annotated[str, Depends(address_of)]
Caller = Annotated[Visitor, Depends(_caller)]
Camera = Annotated[ports.Camera, Depends(_camera)]
Drive = Annotated[TargetDrive, Depends(_drive)]
Images = Annotated[Library, Depends(_library)]
Keys = Annotated[Desk, Depends(_desk)]
OwnShortcuts = Annotated[Shortcuts, Depends(_shortcuts)]
SignedIn = Annotated[Session, Depends(_session)]
Board = Annotated[StatusBoard, Depends(_status)]
Target = Annotated[ResetLine, Depends(_target)]
TextTypist = Annotated[Typist, Depends(_typist)]
TargetCable = Annotated[Cable, Depends(_cable)]
Take = Annotated[bool, Query(description="Even if somebody else types, who has to stop then.")]
Door = Annotated[SignIn, Depends(_sign_in)]
