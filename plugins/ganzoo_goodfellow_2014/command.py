"""``ganzoo reproduce goodfellow-2014``."""

from pathlib import Path

import click

CHECKPOINTS = 5  # epochs between two checkpoints of the recipe


@click.command(
    "goodfellow-2014",
    epilog="\b\nExamples:\n  ganzoo reproduce goodfellow-2014 --epochs 30",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("reproductions/goodfellow-2014"),
    show_default=True,
    help="Folder of the runs, pictures and numbers. An interrupted reproduction goes on in it.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    metavar="N",
    default=300,
    show_default=True,
    help="Epochs of the training on MNIST, 500 steps each.",
)
@click.option(
    "--every",
    type=click.IntRange(1),
    metavar="N",
    default=10,
    show_default=True,
    help=f"Epochs between two measurements: a multiple of {CHECKPOINTS}.",
)
@click.option(
    "--device", metavar="NAME", default="auto", show_default=True, help="auto, cpu, cuda or mps."
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "bf16"]),
    default="bf16",
    show_default=True,
    help="Precision of the forward and backward passes.",
)
@click.option("--data-dir", type=click.Path(), metavar="DIR", help="Folder of the datasets.")
@click.pass_context
def goodfellow_2014(context, out, epochs, every, device, precision, data_dir):
    """Reproduce the GAN paper: its number on MNIST, and its figures 1, 2a and 3.

    Figure 1 takes a minute; the training on MNIST takes two hours on two cores.
    """
    if every % CHECKPOINTS:
        raise click.BadParameter(
            f"{every} is no multiple of {CHECKPOINTS}, the epochs between the recipe's checkpoints."
        )
    from ganzoo import Registry
    from ganzoo_goodfellow_2014 import figure_1, folder, table_1

    context.with_resource(folder.locked(out))
    registry = Registry.discover()
    click.echo("Figure 1: a GAN in one dimension")
    numbers = {"figure_1": figure_1.reproduce(out, registry)}

    click.echo(f"Table 1: {epochs} epochs of MNIST")
    common = {"device": device, "data_dir": data_dir, "registry": registry}
    steps = epochs * table_1.EPOCH
    measure = table_1.Measure(
        out / "table-1.json", every * table_1.EPOCH, steps, _measured, **common
    )
    run = table_1.play(out / "mnist", steps, precision, measure, **common)
    numbers["table_1"] = {
        **measure.curves,
        **{key: run.config[key] for key in ("device", "precision")},
    }
    table_1.draw(out / "table-1.png", numbers["table_1"])

    command = context.find_root().command.get_command
    draw = {"run": str(run.path), "device": device}
    click.echo("Figure 2a: samples, each with the training image nearest to it on its right")
    nearest = command(context, "nearest")
    context.invoke(nearest, **draw, n=25, data_dir=data_dir, out=str(out / "figure-2a.png"))
    click.echo("Figure 3: in each row, from one z to another")
    context.invoke(command(context, "interpolate"), **draw, out=str(out / "figure-3.png"))
    context.invoke(command(context, "animate"), run=str(run.path), out=str(out / "mnist.gif"))
    folder.write(out / "results.json", numbers)
    _summary(numbers, table_1.PAPER, out)


def _measured(averaged, not_averaged):
    click.echo(
        f"epoch {averaged['epoch']:g}: {averaged['parzen']:.1f} averaged, "
        f"{not_averaged['parzen']:.1f} not averaged"
    )


def _summary(numbers, paper, out):
    """Print the numbers of the reproduction beside the paper's numbers."""
    click.echo(f"\nMNIST, Parzen log-likelihood; the paper has {paper}")
    for name in ("averaged", "not_averaged"):
        points = numbers["table_1"][name]
        best = max(points, key=lambda point: point["parzen"])
        for moment, point in (("at the end", points[-1]), ("at its best", best)):
            value = f"{point['parzen']:.1f} ± {point['stderr']:.1f}"
            click.echo(f"  {name.replace('_', ' ')}, {moment}: {value} (epoch {point['epoch']:g})")
    game = numbers["figure_1"]
    click.echo(
        f"Figure 1, where the paper's theory gives D = 1/2 and p_g = p_data: "
        f"D from {game['d_lowest']:.2f} to {game['d_highest']:.2f}, "
        f"W1(p_g, p_data) = {game['w1']:.3f}\n{out}"
    )
