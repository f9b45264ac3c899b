"""The table of the kinds of component."""

from __future__ import annotations

from collections.abc import Iterator

from ganzoo.registry.kinds import KINDS
from gen.tables import head

# Each kind in a few words.
ABOUT = {
    "recipe": "a whole GAN: the components with their options, and the training",
    "generator": "a network from noise to samples",
    "discriminator": "a network from samples to scores",
    "network": "a further network of a game: an encoder, a second generator",
    "loss": "the number that each player minimises",
    "penalty": "a term added to a player's loss, or a constraint on its weights",
    "augmentation": "a change of the samples that D sees, real and fake alike",
    "prior": "the distribution of the noise",
    "game": "the rules: networks, players, the order of their updates, the loss of each player",
    "optimizer": "changes a player's weights by their gradients",
    "schedule": "a number that changes during the training",
    "dataset": "real samples",
    "view": "how samples are shown as a picture and saved in files",
    "features": "vectors by which samples are compared, such as a network's activations",
    "metric": "a comparison of fakes with real samples",
}
# The setting that chooses a component, for kinds without their own option.
CHOSEN = {
    "recipe": "`ganzoo train NAME`",
    "network": "`--set networks.ROLE=NAME`",
    "optimizer": "`--set optimizer.g=NAME`",
    "schedule": "a table in place of a number",
    "view": "the dataset, with `Data(view=Part(NAME))`",
    "metric": "`ganzoo evaluate RUN --metric NAME`",
    "features": "`ganzoo evaluate RUN --features NAME`",
}


def kinds() -> Iterator[str]:
    """The table of kinds."""
    yield head("kind", "meaning", "base class", "chosen with")
    for kind in KINDS.values():
        base = {"recipe": "`ganzoo.Recipe`", "optimizer": "`torch.optim.Optimizer`"}
        shown = f"`ganzoo.{kind.base.partition(':')[2]}`" if kind.base else base[kind.name]
        chosen = CHOSEN.get(kind.name) or f"`--{kind.option}`"
        yield f"| [{kind.name}]({kind.name}.md) | {ABOUT[kind.name]} | {shown} | {chosen} |"
    yield ""
