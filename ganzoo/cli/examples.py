"""The end of each command's help: the ways to name a run, and examples."""

from __future__ import annotations

import click

from ganzoo.cli.param_types import RunFolder

# By the words of the command after `ganzoo`.
EXAMPLES = {
    "train": (
        "ganzoo train vanilla-mlp",
        "ganzoo train dcgan --dataset folder:~/photos --set dataset.size=64",
        "ganzoo train vanilla-mlp --loss minimax --set optimizer.g.lr=1e-4",
    ),
    "resume": (
        "ganzoo resume latest",
        "ganzoo resume latest --steps 30000 --set optimizer.g.lr=1e-4",
    ),
    "sweep": (
        "ganzoo sweep vanilla-mlp --loss minimax --loss non-saturating --seeds 2",
        "ganzoo sweep dcgan --set batch_size=64,128 --steps 5000 --dry-run",
    ),
    "tune": (
        "ganzoo tune vanilla-mlp --search optimizer.g.lr=1e-4..1e-2:log",
        "ganzoo tune dcgan --search batch_size=64,128,256 --trials 9 --steps 2000",
    ),
    "runs": ("ganzoo runs", "ganzoo runs sweeps/vanilla-mlp --json"),
    "watch": ("ganzoo watch latest", "ganzoo watch runs/first runs/second --port 9000"),
    "sample": (
        "ganzoo sample latest",
        "ganzoo sample latest -n 16 --seed 1 --out samples.png",
    ),
    "interpolate": (
        "ganzoo interpolate latest --rows 4",
        "ganzoo interpolate latest --code category",
    ),
    "mix": ("ganzoo mix latest", "ganzoo mix latest --rows 3 --columns 8 --layers 4-6"),
    "directions": (
        "ganzoo directions latest",
        "ganzoo interpolate latest --direction DIR/directions.npy:2",
    ),
    "project": (
        "ganzoo project latest photo.jpg",
        "ganzoo project latest photos/ --label cat --steps 1000 --out found.png",
    ),
    "reconstruct": (
        "ganzoo reconstruct latest",
        "ganzoo reconstruct latest --images photos/ --out pairs.png",
    ),
    "translate": (
        "ganzoo translate latest",
        "ganzoo translate latest photos/ --direction backward --out translated",
    ),
    "push": (
        "ganzoo push latest ada/my-gan --licence mit --dry-run",
        "ganzoo push latest ada/my-gan --licence mit --private",
    ),
    "export": ("ganzoo export latest", "ganzoo export latest --format torchscript --half"),
    "animate": ("ganzoo animate latest", "ganzoo animate latest --fps 20 --out film.webp"),
    "nearest": ("ganzoo nearest latest -n 20",),
    "evaluate": (
        "ganzoo evaluate latest",
        "ganzoo evaluate latest --metric fd -n 2000 --repeats 1",
    ),
    "compare": (
        "ganzoo compare runs/first runs/second",
        "ganzoo compare runs/first runs/second --format latex",
    ),
    "report": ("ganzoo report latest", "ganzoo report runs/first runs/second --out both.html"),
    "race": (
        "ganzoo race vanilla-mlp --to 10 --seeds 3",
        "ganzoo race dcgan --loss hinge --to 4 --to 2",
    ),
    "list": ("ganzoo list recipe", "ganzoo list --json"),
    "show": ("ganzoo show vanilla-mlp", "ganzoo show loss/hinge"),
    "plugins": ("ganzoo plugins",),
    "new": ("ganzoo new my-loss", "ganzoo new my-network --kind generator"),
    "check": ("ganzoo check vanilla-mlp", "ganzoo check my_loss.py"),
    "data list": ("ganzoo data list",),
    "data fetch": ("ganzoo data fetch mnist",),
    "data verify": ("ganzoo data verify mnist",),
    "data inspect": (
        "ganzoo data inspect folder:~/photos",
        "ganzoo data inspect folder:photos.zip --out photos.png --json",
    ),
    "data cache": ("ganzoo data cache",),
    "data clear": ("ganzoo data clear ~/photos",),
    "doctor": ("ganzoo doctor", "ganzoo doctor --json"),
    "completion": ('eval "$(ganzoo completion bash)"',),
    "version": ("ganzoo version",),
}


RUN = "A RUN is named by its folder, by its name in runs/, or by `latest`, the newest run in runs/."


def add_examples(command: click.Command, path: str = "") -> None:
    """Put the examples under the help of a command, and of the commands of a group."""
    if path in EXAMPLES:
        takes_run = any(isinstance(each.type, RunFolder) for each in command.params)
        lines = [f"  {line}" for line in EXAMPLES[path]]
        examples = "\n".join(("\b", "Examples:", *lines))
        command.epilog = f"{RUN}\n\n{examples}" if takes_run else examples
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            add_examples(inner, f"{path} {name}".strip())
