"""Plugins that are broken or rude, each in its own way, and a good neighbour to them all."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from .place import Dist

LOSS = dedent(
    """
    from ganzoo import Loss


    class Least(Loss):
        '''Squared distances.'''

        def discriminator(self, real, fake):
            return (real.score - 1).square().mean() + fake.score.square().mean()

        def generator(self, real, fake):
            return (fake.score - 1).square().mean()
    """
)

REGISTER = """
from ganzoo import hookimpl

@hookimpl
def ganzoo_register(registry):
    registry.loss("{name}", "{package}.losses:Least", summary="A loss")
"""

NEIGHBOUR = Dist(
    "neighbour",
    dedent(
        """
        from ganzoo import hookimpl


        @hookimpl
        def ganzoo_register(registry):
            registry.loss("neighbourly", "neighbour.losses:Least", summary="A loss")
            registry.dataset("tiny", "neighbour.data:Tiny", summary="Random gray images")


        @hookimpl
        def ganzoo_commands(cli):
            import click

            @cli.command()
            def greet():
                "Greet."
                click.echo("hello from the neighbour")
        """
    ),
    {
        "losses": LOSS,
        "data": dedent(
            """
            import torch
            from ganzoo import Data, Dataset


            class Tiny(Dataset):
                '''Random gray images.'''

                @classmethod
                def is_available(cls, root):
                    return True

                def load(self, root, split):
                    random = torch.Generator().manual_seed(0)
                    x = torch.randint(0, 256, (16, 1, 4, 4), generator=random)
                    return Data(x.to(torch.uint8), source="memory", checksum="tiny")
            """
        ),
    },
)


@dataclass(frozen=True)
class Specimen:
    """A plugin, and how ``ganzoo plugins`` shows it: its state, and what its reason and its notes
    say. One in use has a loss of its own name."""

    dist: Dist
    state: str = "loaded"
    reason: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        return self.dist.name

    @property
    def usable(self) -> bool:
        return self.state == "loaded"


def registering(name: str, *, before: str = "", after: str = "", **modules: str) -> Dist:
    """A distribution that registers a loss of its own name: ``before`` comes before that, and
    ``after`` after it, in its ``__init__``."""
    register = REGISTER.format(name=name, package=name.replace("-", "_"))
    return Dist(name, f"{before}\n{register}{after}\n", {"losses": LOSS, **modules})


COMMANDS = "\n@hookimpl\ndef ganzoo_commands(cli):\n    "

UNUSABLE = (
    Specimen(
        Dist("raises-on-import", "raise RuntimeError('out of\\npaper')"),
        "broken",
        "RuntimeError: out of paper",
    ),
    Specimen(
        registering("raises-half-way", after="    raise KeyError('gone')"),
        "broken",
        "KeyError: 'gone'",
    ),
    Specimen(
        registering("misspelt-hook", after=COMMANDS.replace("commands", "comands") + "pass"),
        "broken",
        "unknown hook 'ganzoo_comands'",
    ),
    Specimen(
        registering("another-api", before="GANZOO_API = 99"),
        "incompatible",
        "written for plugin API 99; this ganzoo has 1.",
    ),
    Specimen(
        registering("needs-a-package", before="import nonesuch_package"),
        "broken",
        "ModuleNotFoundError: No module named 'nonesuch_package'",
    ),
    Specimen(
        Dist("exits-on-import", "import sys\nprint('bye')\nsys.exit(0)"),
        "broken",
        "SystemExit: 0",
        "prints as it is imported",
    ),
    Specimen(Dist("no-python", "def ganzoo_register(:\n"), "broken", "SyntaxError"),
    Specimen(
        registering("odd-summary", after="    registry.loss('odd', 'a:B', summary=3)"),
        "broken",
        "loss 'odd': its summary and its paper must be text.",
    ),
    Specimen(
        registering("odd-target", after="    registry.loss('odd', None)"),
        "broken",
        "loss 'odd': None is neither it nor where to find it.",
    ),
    # What these two have declared by the time they fail must not come in by the back door.
    Specimen(
        Dist(
            "declares-then-raises",
            "import declares_then_raises.losses\nraise RuntimeError('too late')",
            {"losses": "import ganzoo\n@ganzoo.register('loss', 'too-early')\nclass Half: pass\n"},
        ),
        "broken",
        "RuntimeError: too late",
    ),
    Specimen(
        Dist(
            "declares-for-another-api",
            "import ganzoo\nGANZOO_API = 99\n"
            "@ganzoo.register('loss', 'from-the-future')\nclass Half: pass\n",
        ),
        "incompatible",
        "written for plugin API 99",
    ),
)

RUDE = (
    Specimen(
        registering("prints", before="print('hello')", after="    print('there')"),
        note="prints as it is imported",
    ),
    Specimen(
        registering("is-slow", before="import time\ntime.sleep(0.8)"),
        note=" s to load",
    ),
    Specimen(
        registering("imports-torch", before="import torch"),
        note="imports torch as it loads",
    ),
    Specimen(registering("module-missing", losses="import nonesuch_package")),
    Specimen(registering("module-exits", losses="import sys\nprint('bye')\nsys.exit(0)")),
    Specimen(registering("module-prints", losses="print('hello')\n" + LOSS)),
    Specimen(
        registering(
            "dataset-missing",
            after="    registry.dataset('dataset-missing', 'nonesuch.data:Tiny')\n"
            "    registry.dataset('dataset-lost', 'dataset_missing.data:Lost')",
            data="class Lost:\n    @classmethod\n    def is_available(cls, root):\n        1 / 0\n",
        )
    ),
    Specimen(
        registering(
            "has-markup", after="    registry.loss('marked', 'a:B', summary='[a, b] [/red] :x:')"
        )
    ),
    Specimen(registering("commands-raise", after=COMMANDS + "raise RuntimeError('no paper')")),
    Specimen(registering("commands-exit", after=COMMANDS + "print('bye')\n    raise SystemExit")),
    Specimen(
        registering(
            "commands-clash",
            after=COMMANDS + "cli.command('half-a-command')(print)\n"
            "    cli.command('train')(lambda: print('not the real one'))",
        )
    ),
)

SPECIMENS = {specimen.name: specimen for specimen in (*UNUSABLE, *RUDE)}
