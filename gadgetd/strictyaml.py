"""YAML without its surprises: what looks like text is text, and nothing is said twice.

YAML 1.1 reads `4:3` as 243, `no` as false and `2026-11-23` as a date, and of two equal keys the
reader keeps the last without a word. This one takes the core schema of YAML 1.2 instead, and calls
two equal keys an error.

Sources: YAML 1.2.2 §10.3.2 (core schema: what is a number, a truth value, nothing) and §3.2.1.1
(keys are unique); PyYAML's `SafeLoader`, of which this is a stricter kind.
"""

from __future__ import annotations

import re
from typing import Any

import yaml


class DuplicateKeyError(yaml.constructor.ConstructorError):
    """The same key twice in one mapping."""


class _Loader(yaml.SafeLoader):
    """`SafeLoader` with the core schema's resolvers, and without duplicate keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if isinstance(key_node, yaml.ScalarNode):
                key = self.construct_object(key_node)
                if key in seen:
                    raise DuplicateKeyError(
                        None, None, f"{key!r} is here for the second time", key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


def _core_int(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0 if text.startswith("0x") or text.startswith("0o") else 10)


# Its own list, so that the resolvers of YAML 1.1 are not inherited.
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first
    )
_Loader.add_constructor("tag:yaml.org,2002:int", _core_int)


def parse(text: bytes) -> Any:
    """What one YAML document says, in plain Python values; None for an empty one.

    Raises:
        yaml.YAMLError: it is not YAML, or has a key twice; most carry a `problem_mark`.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # a kind of SafeLoader
    except (ValueError, LookupError, AttributeError) as error:
        # What PyYAML's constructors raise at a value that its tag does not fit, such as "!!int x".
        raise yaml.YAMLError(f"a value cannot be read ({error})") from error
