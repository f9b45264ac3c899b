"""Whether the updates of a game can be captured, and which of them compute the same function."""

from __future__ import annotations

import inspect
from collections.abc import Hashable, Mapping, Sequence

from torch import Tensor

from ganzoo.engine.game import Game
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo.interfaces import Component

Players = tuple[str, ...]
Key = tuple[Hashable, ...]


def update_keys(game: Game, updates: Sequence[Players], step: int) -> list[Key | None]:
    """Updates of equal keys compute the same function of the batch, the weights and the buffers.

    Where D's fakes are kept, its update and the update of G that follows are captured one directly
    after the other, since the graph of G goes back through that of D. So the key of each includes
    the other. Neither has a key where the other one lies in another step."""
    own: list[Key] = [
        (players, tuple(i for i, each in enumerate(game.penalties) if each in due))
        for players in updates
        for due in [game.due(players, step)]
    ]
    if not game.share_fakes:
        return [*own]
    keys: list[Key | None] = []
    for index, players in enumerate(updates):
        before = updates[index - 1] if index else None
        after = updates[index + 1] if index + 1 < len(updates) else None
        if (players == ("d",) and after is None) or (players == ("g",) and before is None):
            keys.append(None)
        elif players == ("d",) and after == ("g",):
            keys.append((own[index], "before", own[index + 1]))
        elif players == ("g",) and before == ("d",):
            keys.append((own[index], "after", own[index - 1]))
        else:
            keys.append(own[index])
    return keys


def obstacle(game: Game, optimizers: Mapping[str, PlayerOptimizer]) -> str | None:
    """Why a game cannot be captured, as a part of a sentence; None where it can."""
    for player, optimizer in optimizers.items():
        if optimizer.settings.accumulate > 1:
            return f"optimizer.{player}.accumulate splits the batch"
    for component in game.modules():
        if isinstance(component, Component):
            name = type(component).__name__
            if not _capturable(component):
                return f"{name} cannot be captured (its capturable is False)"
            for method in ("at", "losses") if isinstance(component, Game) else ("at",):
                if _overridden(type(component), method):
                    return f"{name} overrides {method}, which may read the number of the step"
    return None


def _capturable(component: Component) -> bool:
    """Whether the component says that it can be captured; of a stack of games, whether each of them
    does. The attribute of the stack is that of its first game."""
    stack = isinstance(component, Game) and "capturable" not in vars(type(component))
    games = type(component).__bases__ if stack else ()
    said = [inspect.getattr_static(each, "capturable", True) for each in games]
    each_says = (one.__get__(component) if isinstance(one, property) else one for one in said)
    return component.capturable and all(each_says)


def _overridden(kind: type, method: str) -> bool:
    """Whether a plugin's class overrides the method, and does not say in the same class that it is
    capturable."""
    for owner in kind.__mro__:
        if method in vars(owner):
            own = owner in (Component, Game)
            return not own and not vars(owner).get("capturable", False)
    return False


def state(game: Game) -> dict[str, Tensor | float | str]:
    """The tensors and the plain values that the modules of a game hold, by a name for people. The
    scheduled numbers are left out."""
    found: dict[str, Tensor | float | str] = {}
    for path, module in game.named_modules():
        scheduled = module.schedules if isinstance(module, Component) else ()
        for held in (vars(module), module._parameters, module._buffers):
            for name, value in held.items():
                if isinstance(value, Tensor | float | int | str) and name not in scheduled:
                    found[f"{type(module).__name__}.{name} ({path or 'game'})"] = value
    return found


def changed(
    before: Mapping[str, Tensor | float | str], after: Mapping[str, Tensor | float | str]
) -> str | None:
    """The first tensor that was replaced by another one, or value that is another one."""
    for name, old in before.items():
        new = after.get(name, old)
        if old is not new and (isinstance(old, Tensor) or isinstance(new, Tensor) or old != new):
            return name
    return None
