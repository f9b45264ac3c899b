"""The hooks of ganzoo. A plugin implements any of them with ``@ganzoo.hookimpl``.

No hook is called in every step: the observers of a run are called when scalars are logged, samples
are drawn, or a checkpoint is written. Between these moments an observer can ask for the number of
steps (``current_step``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """Hooks that are called once, when a plugin is loaded."""

    @hookspec
    def ganzoo_register(self, registry: Registrar) -> None:
        """Register the plugin's components: ``registry.loss("my-loss", "module:Class")``."""

    @hookspec
    def ganzoo_commands(self, cli: click.Group) -> None:
        """Add commands to the ``ganzoo`` command: ``cli.add_command(my_command)``."""


class Observation:
    """Hooks that are called during a run. If a plugin's hook raises, the error is reported once and
    the run calls no more hooks of that plugin. If a hook of an observer passed to ``ganzoo.train``
    raises, the run stops."""

    @hookspec
    def ganzoo_run_started(
        self, run: Run, step: int, steps: int, current_step: Callable[[], int]
    ) -> None:
        """Training starts at ``step`` (0 unless resumed) and will end at ``steps``.
        ``current_step()`` is the number of steps that were taken. It may be called at any time and
        from any thread, such as that of a progress bar, and does not wait for the device."""

    @hookspec
    def ganzoo_report(self, run: Run, step: int) -> Mapping[str, float]:  # type: ignore[empty-body]
        """Return further scalars for the log, by name. Called before each ``ganzoo_logged``."""

    @hookspec
    def ganzoo_logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        """Scalars averaged over the steps since the last log: losses, D(x), steps/s, ..."""

    @hookspec
    def ganzoo_sampled(self, run: Run, step: int, samples: Tensor, path: Path | None) -> None:
        """Samples from the run's fixed noise, (N, *shape) float on the CPU, and their picture."""

    @hookspec
    def ganzoo_checkpointed(self, run: Run, step: int, path: Path) -> None:
        """A checkpoint was written to ``path``."""

    @hookspec
    def ganzoo_measured(
        self, run: Run, step: int, values: Mapping[str, float], seconds: float
    ) -> None:
        """The averaged generator was measured, in a training with ``evaluate_every``. ``values``:
        the finite numbers of the metric, by name; ``ganzoo_logged`` gets them too. ``seconds``: how
        long the measurement took."""

    @hookspec
    def ganzoo_run_ended(
        self, run: Run, step: int, scalars: Mapping[str, Any], reading: str
    ) -> None:
        """The run reached its last step. ``scalars``: the last logged scalars. ``reading``: what
        they mean in this game, in sentences (``Game.reading``); empty if the game has none."""

    @hookspec
    def ganzoo_run_failed(self, run: Run, step: int, error: BaseException) -> None:
        """The run stopped early, by an error, or by an interrupt; an interrupted run has written a
        checkpoint."""


def check_marked(plugin: object) -> None:
    """Raises UsageError for a hook without the mark @ganzoo.hookimpl, which pluggy would ignore."""
    for name in (*vars(Registration), *vars(Observation)):
        hook = getattr(plugin, name, None) if name.startswith("ganzoo_") else None
        if callable(hook) and not hasattr(hook, "ganzoo_impl"):
            raise UsageError(f"{name} is not marked with @ganzoo.hookimpl, so it is never called.")
