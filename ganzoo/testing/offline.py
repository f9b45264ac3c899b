"""Loading of datasets without the network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from ganzoo.data.files import data_dir
from ganzoo.errors import DataUnavailable
from ganzoo.interfaces import Dataset
from ganzoo.testing.findings import Skipped
from ganzoo.types import Data


def load_here(dataset: Dataset, split: str) -> Data:
    """Load a split that is on this machine. Raises Skipped if it would have to be downloaded."""
    root = data_dir()
    if type(dataset).is_available(root) is False:
        raise Skipped("it is not on this machine, and checks download nothing")
    with no_network() as addresses:
        try:
            return dataset.load(root, split)
        except DataUnavailable as error:
            raise Skipped(f"it is not on this machine: {error}") from None
        except Exception:
            if addresses:
                raise Skipped("it uses the network, and checks download nothing") from None
            raise


@contextmanager
def no_network() -> Iterator[list[str]]:
    """Refuse every connection inside the context. The list gets the refused addresses."""
    addresses: list[str] = []

    def refuse(*arguments: Any, **named: Any) -> Any:
        addresses.append(repr(arguments[-1] if arguments else ""))
        raise OSError("checks use no network")

    with (
        mock.patch.object(socket.socket, "connect", refuse),
        mock.patch.object(socket, "getaddrinfo", refuse),
    ):
        yield addresses
