"""Whether a page of one origin was served by a host."""

from __future__ import annotations

import pytest

from api.auth.origin import is_same


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://kvm.lan", "kvm.lan"),
        ("http://kvm.lan", "kvm.lan:80"),
        ("http://KVM.lan", "kvm.LAN"),
        ("http://kvm.lan:8000", "kvm.lan:8000"),
        ("http://[fe80::1]:8000", "[fe80::1]:8000"),
    ],
)
def test_the_same_host_and_port_are_the_same_origin(origin: str, host: str) -> None:
    assert is_same(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://kvm.lan:8001", "kvm.lan:8000"),
        ("http://kvm.lan", "kvm.lan:8000"),
        ("http://kvm.lan.evil.example", "kvm.lan"),
        ("http://evil.example/kvm.lan", "kvm.lan"),
        ("http://kvm.lan@evil.example", "kvm.lan"),
        ("file://kvm.lan", "kvm.lan"),
        ("null", "null"),
        ("", ""),
        ("http://", ""),
        ("http://kvm.lan:x", "kvm.lan"),
        ("http://kvm.lan", "kvm.lan:99999999"),
        ("http://[", "["),
    ],
)
def test_anything_else_is_not(origin: str, host: str) -> None:
    assert not is_same(origin, host)
