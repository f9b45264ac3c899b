"""The hooks of ganzoo. A plugin implements any of them with ``@ganzoo.hookimpl``.

None is called in the training loop itself: the observers of a run are called when something is
logged, sampled or checkpointed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    import click
    from torch import Tensor

    from ganzoo.registry.entries import Registrar
    from ganzoo.run import Run

hookspec = pluggy.HookspecMarker("ganzoo")
hookimpl = pluggy.HookimplMarker("ganzoo")


class Registration:
    """Hooks called once, when a plugin is loaded."""

    @hookspec
    def ganzoo_register(self, registry: Registrar) -> None:
        """Register the plugin's components: ``registry.loss("my-loss", "module:Class")``."""

    @hookspec
    def ganzoo_commands(self, cli: click.Group) -> None:
        """Add commands to the ``ganzoo`` command: ``cli.add_command(my_command)``."""


class Observation:
    """Hooks called during a run. A plugin that raises in one is reported once and dropped from the
    run; an observer handed to ``ganzoo.train`` may stop the run by raising."""

    @hookspec
    def ganzoo_run_started(self, run: Run, step: int, steps: int) -> None:
        """Training starts after ``step`` steps (0 unless resumed), to end after ``steps``."""

    @hookspec
    def ganzoo_report(self, run: Run, step: int) -> Mapping[str, float]:  # type: ignore[empty-body]
        """Further scalars for the log, by name: asked for before each ``ganzoo_logged``."""

    @hookspec
    def ganzoo_logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        """Scalars averaged over the steps since the last log: losses, D(x), steps/s, ..."""

    @hookspec
    def ganzoo_sampled(self, run: Run, step: int, samples: Tensor, path: Path | None) -> None:
        """Samples from the run's fixed noise, (N, *shape) float on the CPU, and their picture."""

    @hookspec
    def ganzoo_checkpointed(self, run: Run, step: int, path: Path) -> None:
        """A whole checkpoint was written to ``path``."""

    @hookspec
    def ganzoo_run_ended(self, run: Run, step: int, scalars: Mapping[str, Any]) -> None:
        """The run reached its last step; ``scalars`` are the last ones logged."""

    @hookspec
    def ganzoo_run_failed(self, run: Run, step: int, error: BaseException) -> None:
        """The run stopped early: an error, or an interrupt after its checkpoint."""


def check_marked(plugin: object) -> None:
    """Raises UsageError for a hook without its mark: pluggy would pass over it in silence."""
    for name in (*vars(Registration), *vars(Observation)):
        hook = getattr(plugin, name, None) if name.startswith("ganzoo_") else None
        if callable(hook) and not hasattr(hook, "ganzoo_impl"):
            raise UsageError(f"{name} is not marked with @ganzoo.hookimpl, so it is never called.")
