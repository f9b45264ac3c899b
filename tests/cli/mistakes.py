"""The table of bad input: a command line, how it ends, and what its sentence must say.

A line is a command in a folder made by ``world``; TRAIN in it stands for a training of seconds on
good images, which the rest of the line spoils.
"""

from __future__ import annotations

import gzip
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import torch

from .tools import NETWORKS, TINY, settings, write_images

TRAIN = [
    *("train", "vanilla-mlp", "--dataset=folder:images", "--batch-size=4", "--device=cpu"),
    *(f"--{kind}={name}" for kind, name in NETWORKS.items()),
    *settings(**TINY),
]

USAGE = {  # exit code 2: the request itself is wrong
    # names
    "trian vanilla-mlp": "There is no command 'trian'. Did you mean 'train' or 'translate'?",
    "train vanila-mlp": "There is no recipe 'vanila-mlp'. Did you mean 'vanilla-mlp'",
    "TRAIN --generator=mpl": "There is no generator 'mpl'. Did you mean 'mlp'?",
    "TRAIN --discriminator=maxot": "There is no discriminator 'maxot'. Did you mean 'maxout'?",
    "sample run --average=0.5": "has no average 0.5. Give the decay or the number of one",
    "sample run --average=much": "'much' is not a number.",
    "sample run/generator.safetensors --average=0.5": "load a run's folder.",
    "mix run --average=0.5": "has no average 0.5.",
    "nearest run --average=0.5": "has no average 0.5.",
    "project run images --average=0.5": "has no average 0.5.",
    "sample run --average=0.99 --weights=raw": "not of the weights 'raw'",
    "TRAIN --set=ema=[]": "ema is a list without an average",
    "TRAIN --loss=minmax": "There is no loss 'minmax'. Did you mean 'minimax'?",
    "TRAIN --loss=vanilla:minimax": "There is no loss 'vanilla:minimax'.",
    "TRAIN --prior=unifrom": "There is no prior 'unifrom'. Did you mean 'uniform'",
    "TRAIN --penalty=nope": "enalty",
    "TRAIN --game=standrad": "There is no game 'standrad'. Did you mean 'standard'?",
    "TRAIN --dataset=minst": "There is no dataset 'minst'. Did you mean 'mnist'",
    "TRAIN --set=loss=minmax": "There is no loss 'minmax'. Did you mean 'minimax'?",
    "TRAIN --evaluate-every=5 --metric=fdd": "There is no metric 'fdd'. Did you mean 'fd'",
    "TRAIN --freeze-d=1": "init_from",
    "TRAIN --freeze-d=1 --init-from=run/generator.safetensors": "random weights must be trained",
    "TRAIN --evaluate-every=0": "It must be at least 1, not 0.",
    "TRAIN --patience=3": "--evaluate-every",
    "TRAIN --metric=fd": "--evaluate-every",
    "export run --format=onyx": "'onyx' is not one of 'onnx', 'torchscript', 'safetensors'",
    "export run --format=torchscript --out=a.onnx": "FILE.pt",
    "sample run --truncation=0": "The truncation must be greater than 0, not 0.0.",
    "project run": "Missing argument 'IMAGE...'",
    "project run images --steps=0": "It must be at least 1, not 0.",
    "project run images --restarts=999": "It must be at most 256, not 999.",
    "project run images --label=0": "The game 'standard' draws without labels",
    "project run images --prior-weight=-1": "It must be at least 0, not -1.",
    "project run images --prior-weight=nan": "'nan' is not a finite number.",
    "project run images --features=inception": "'inception' is not one of",
    "directions run --count=0": "It must be at least 1, not 0.",
    "directions run --by=far": "'far' is not a number.",
    "push run ada/digits": "give one with --licence",
    "push run a/b/c --licence=mit": "give USER/NAME",
    "push run ada/digits --licence=mti": "Did you mean 'mit'",
    "interpolate run --method=slurp": "'slurp' is not one of 'linear', 'slerp'",
    "mix run --layers=a-b": "'a-b' is not of the form A-B, such as 3-6.",
    "mix run --rows=0": "It must be at least 1, not 0.",
    "mix run": "The generator 'mlp' has no styles to mix.",
    "mix run --label=0": "The game 'standard' draws without labels",
    "TRAIN --device=tpu": "There is no device 'tpu'. Did you mean 'cpu'?",
    "TRAIN --device=cpu:7": "There is no device 'cpu:7' here.",
    "TRAIN --precision=fp8": "'fp8' is not one of 'fp32', 'bf16', 'tf32', 'fp16', 'auto'",
    "list recips": "There is no kind 'recips'. Did you mean 'recipe'?",
    "show vanila-mlp": "There is no component 'vanila-mlp'. Did you mean 'vanilla-mlp'",
    "show los/minimax": "There is no kind 'los' of component. Did you mean 'loss'?",
    "show loss/minmax": "There is no loss 'minmax'. Did you mean 'minimax'?",
    "data fetch minst": "There is no dataset 'minst'. Did you mean 'mnist'",
    "data verify minst": "There is no dataset 'minst'. Did you mean 'mnist'",
    # options and settings
    "TRAIN --set=generator.hiden=[16]": "has no option 'hiden'. Did you mean 'hidden'?",
    "TRAIN --set=dataset.sise=8": "has no option 'sise'. Did you mean 'size'",
    "TRAIN --set=stepz=3": "A recipe has no setting 'stepz'. Did you mean 'steps'?",
    "TRAIN --set=lr=1e-3": "no setting 'lr'. Did you mean 'optimizer.d.lr' or 'optimizer.g.lr'?",
    "TRAIN --set=g.lr=1e-3": "no setting 'g.lr'. Did you mean 'optimizer.g.lr'?",
    "TRAIN --set=steps.x=3": "leave out '.x'",
    "TRAIN --set=optimizer.q.lr=3": "optimizer.q.lr: there is no 'q' here. Known: d, g.",
    "TRAIN --set=optimizer.d.lrr=3": "has no option 'lrr'. Did you mean 'lr'?",
    "TRAIN --set=generator.hidden.x=3": "leave out '.x'",
    "TRAIN --set=penalties.r1.gamma=3": "penalties has no 'r1'",
    "TRAIN --set=steps": "--set takes KEY=VALUE, such as steps=2000, not 'steps'",
    "TRAIN --set==3": "--set takes KEY=VALUE, such as steps=2000, not '=3'",
    "TRAIN --set=generator.hidden=abc": "'mlp' takes a list, each a whole number >= 1",
    "TRAIN --set=generator.hidden=16": "'mlp' takes a list, each a whole number >= 1",
    "TRAIN --set=generator.hidden=[0]": "a list, each a whole number >= 1, not [0]",
    "TRAIN --set=generator.activation=rleu": "takes relu, leaky-relu",
    "TRAIN --set=discriminator.dropout=x": "of 'mlp' takes a number >= 0 and <= 1, not 'x'",
    "TRAIN --set=discriminator.dropout=2": "takes a number >= 0 and <= 1, not 2",
    "TRAIN --set=prior.dim=-3": "takes a whole number >= 1, not -3",
    "TRAIN --set=optimizer.d.lr=abc": "d.lr takes a number >= 0, not 'abc'",
    "TRAIN --set=optimizer.d.lr=-1": "optimizer.d.lr takes a number >= 0, not -1",
    "TRAIN --set=optimizer.d=adm": "optimizer",
    "TRAIN --set=steps=3,batch_size=8": "Repeat the option: --set steps=3 --set batch_size=8",
    "TRAIN --penalty=r1,r2": "Repeat the option: --penalty r1 --penalty r2",
    "TRAIN --log=none,wandb": "Repeat the option: --log none --log wandb",
    "sweep vanilla-mlp --loss=minimax,hinge": "option: --loss minimax --loss hinge",
    "sweep vanilla-mlp --metric=fd,kid": "Repeat the option: --metric fd --metric kid",
    "evaluate run --metric=fd,kid": "Repeat the option: --metric fd --metric kid",
    "TRAIN --set=steps=abc": "expected a whole number, got text",
    "TRAIN --set=batch_size=0": "expected a whole number >= 1",
    "TRAIN --set=ema=1": "expected a number < 1",
    "TRAIN --set=low=2": "low (2.0) must be less than high",
    "TRAIN --set=dataset.size=0": "takes a whole number of at least 1, text, or null, not 0",
    "TRAIN --set=dataset.channels=2": "neither 1 (gray) nor 3 (colour)",
    "TRAIN --set=dataset.depth=12": "depth=12 is neither 8 nor 16 bits.",
    "TRAIN --set=dataset.depth=16 --set=dataset.channels=3": "leave one of them out",
    "TRAIN --set=dataset.bits=40": "is not a number of bits from 1 to 16",
    "TRAIN --game=concatenated-labels --dataset=folder:one-class": "its subfolders, two or more",
    **{
        f"train {recipe} --dataset=folder:images --set=dataset.size=6x90": "images of 8 pixels or "
        "more on each side, not of 6x90"
        for recipe in ("dcgan", "r3gan", "fastgan", "stylegan2-small")
    },
    "TRAIN --set=dataset.size=48,64": "height x width, such as 48x64",
    "TRAIN --set=dataset.size=0x64": "a side has 1 to 16,384 pixels",
    "TRAIN --set=dataset.fit=sretch": "fit of 'folder' takes crop, pad or stretch",
    "TRAIN --set=dataset.fit=pad": "add `--set dataset.size=64`",
    "TRAIN --dataset=mnist-5k --set=dataset.limit=9999": "limit=9999 is more than the 4500",
    # numbers
    "TRAIN --steps=-1": "It must be at least 1, not -1.",
    "TRAIN --set=steps=-1": "expected a whole number >= 1",
    "TRAIN --epochs=0": "It must be at least 1, not 0.",
    "TRAIN --steps=3 --epochs=3": "Give either steps or epochs, not both.",
    "TRAIN --set=steps=3 --epochs=3": "Give either steps or epochs, not both.",
    "TRAIN --batch-size=0": "It must be at least 1, not 0.",
    "TRAIN --seed=-1": "It must be at least 0, not -1.",
    "sample run -n 0": "It must be at least 1, not 0.",
    "sample run --label=0": "The game 'standard' draws without labels",
    "interpolate run --columns=1": "It must be at least 2, not 1.",
    "interpolate run --label=0": "The game 'standard' draws without labels",
    "resume run --steps=20": "has 20 steps already. To go on: ganzoo resume",
    "resume run --steps=0": "It must be at least 1, not 0.",
    "resume run --steps=30 --device=tpu": "There is no device 'tpu'. Did you mean 'cpu'?",
    # files
    "TRAIN --plugin=missing.py": "There is no plugin file missing.py",
    "list --plugin=missing.py": "There is no plugin file missing.py",
    "TRAIN --dataset=folder:": "`--dataset folder:PATH`",
    "TRAIN --dataset=folder": "needs a value for 'path'",
    "TRAIN --set=game.d_updates=1e9": "game.d_updates of 'standard' takes a whole number >= 0",
    "TRAIN --set=generator.hidden=" + "[" * 40 + "]" * 40: "more than 32 deep",
    "TRAIN --set=generator.hidden=" + "[" * 100_000: "more than 32 deep",
    "TRAIN --config=deep.json": "more than 32 deep",
    "TRAIN --config=deep.toml": "more than 32 deep",
    "TRAIN --config=huge.toml": "too many for settings",
    "TRAIN --config=/dev/zero": "is no regular file",
    "TRAIN --batch-size=1 --set=generator.batch_norm=true": "The generator has batch normalisation",
    "resume run --steps=30 --set=lr=3": "Did you mean 'optimizer.d.lr' or 'optimizer.g.lr'?",
    "resume run --steps=30 --set=batch_size=3": "batch_size is fixed for the whole run",
    "resume run --steps=30 --set=generator.hidden=[8]": "generator.hidden is fixed for the whole",
    "resume run --steps=30 --set=optimizer.g.name=sgd": "optimizer.g.name is fixed",
    "resume run --steps=30 --set=optimizer.g.lrr=1": "has no option 'lrr'. Did you mean 'lr'",
    "resume run --steps=30 --set=steps": "--set takes KEY=VALUE",
    "resume run --steps=30 --dataset=mnist": "was trained on folder, and goes on with it",
    "resume run --steps=30 --dataset=folder": "as folder:PATH",
    "sample run --given=width=1": "cannot be drawn by a given 'width'",
    "sample run --given=width": "--given takes KEY=VALUE, such as width=0.5",
    "interpolate run --given=width=1": "cannot be drawn by a given 'width'",
    "TRAIN --config=unknown.toml": "A recipe has no setting 'stepz'. Did you mean 'steps'?",
    "TRAIN --config=wrong.toml": "expected a whole number, got text",
    "TRAIN --config=list.json": "should hold a recipe's settings",
    "TRAIN --config=text.json": "should hold a recipe's settings",
}

ERRORS = {  # exit code 1: the request is right, and the world is not
    # images
    "TRAIN --dataset=folder:missing": "does not exist. Give the path of a folder of images, or",
    "TRAIN --dataset=folder:empty": "There are no images in",
    "TRAIN --dataset=folder:notrun": "none of its 1 files is one",
    "TRAIN --dataset=folder:unreadable": "Repair or remove it.",
    "TRAIN --dataset=folder:sizes": "--set dataset.size=64",
    "TRAIN --dataset=folder:modes": "--set dataset.channels=3",
    # IDX
    "TRAIN --dataset=mnist --data-dir=cut": "Delete it and run `ganzoo data fetch mnist`.",
    "TRAIN --dataset=mnist --data-dir=corrupted": "Delete it and run `ganzoo data fetch mnist`.",
    "TRAIN --dataset=mnist --data-dir=magic": "is not IDX: it begins with 0xcafebabe",
    "data verify mnist --data-dir=cut": "is cut short",
    "data verify mnist --data-dir=corrupted": "its checksum differs",
    "data fetch mnist --data-dir=magic": "Delete it and run `ganzoo data fetch mnist`.",
    # places
    "TRAIN --out=run": "exists already. Choose another --out",
    "TRAIN --out=images": "exists already. Choose another --out",
    "TRAIN --out=notes.txt": "exists already. Choose another --out",
    "TRAIN --out=notes.txt/run": "Choose another place with --out.",
    "sample run --out=images": "exists already. Choose a new folder",
    "sample run --out=missing/grid.png": "Choose another place with --out.",
    "sample run --out=grid.gif": "written as .png, .jpg, .jpeg, .webp or .npy, or into a new",
    "interpolate run --out=notes.txt/x": "Choose another place with --out.",
    # runs
    "resume missing": "There is no run folder",
    "resume notrun": "is not a run folder: it has no config.json.",
    "resume notes.txt": "is not a run folder",
    "resume .": "But it holds runs, such as",
    "resume foreign": "is not the configuration of a run",
    "resume garbled": "config.json cannot be read",
    "resume future": "is a run of format 99; this ganzoo reads format 2.",
    "sample run --weights=best": "it was not measured during its training",
    "TRAIN --init-from=missing": "There is no run folder",
    "TRAIN --init-from=notes.txt": "is damaged or cut short",
    "export missing --format=torchscript": "There is no run folder",
    "export run --format=torchscript --out=missing/a.pt": "Choose another place with --out.",
    "export stopped --format=torchscript": "has no generator yet",
    "sample run --z=missing.npy": "cannot be read as an array",
    "sample run --z=notes.txt": "cannot be read as an array of numbers: it is no whole file",
    "sample run --z=hollow.npy": "cannot be read as an array of numbers: it is no whole file",
    "sample run --direction=missing.npy:2": "missing.npy cannot be read as an array",
    "project run missing.png": "There is no image missing.png.",
    "project run points.npy": "the array has the shape (3, 2). It takes (N, H, W)",
    "TRAIN --init-from=images": "is not a run folder",
    "data inspect folder:missing": "does not exist. Give the path of a folder of images, or",
    "data inspect images --out=sheet.gif": "the picture is written as .png, .jpg",
    "nearest run --out=pairs.gif": "the picture is written as .png, .jpg",
    "project run notes.txt": "Repair or remove it.",
    "project run empty": "There are no images in",
    "project run images --out=a.gif": "written as .png, .jpg, .jpeg, .webp, or z as .npy",
    "project missing images": "There is no run folder",
    "directions missing": "There is no run folder",
    "directions run --out=notes.txt": "Choose another place with --out.",
    "push missing ada/digits --licence=mit": "There is no run folder",
    "push stopped ada/digits --licence=mit": "has no generator yet",
    "sample missing": "There is no run folder",
    "sample notrun": "is not a run folder",
    "sample stopped": "has no generator yet",
    "sample notes.txt": "is damaged or cut short",
    "sample short": "is damaged or cut short",
    "sample run/checkpoints/step-000020.safetensors": "is a checkpoint",
    "interpolate missing": "There is no run folder",
    "mix missing": "There is no run folder",
    # config files and plugins
    "resume run --steps=30 --dataset=folder:missing": "--dataset folder:PATH",
    "nearest run --dataset=folder:missing": "--dataset folder:PATH",
    "evaluate run --dataset=folder:missing": "--dataset folder:PATH",
    "sample run --given=width=missing.npy": "cannot be read as an array",
    "TRAIN --config=missing.toml": "missing.toml cannot be read",
    "TRAIN --config=images": "images cannot be read",
    "TRAIN --config=malformed.toml": "malformed.toml is not valid TOML",
    "TRAIN --config=malformed.json": "malformed.json is not valid JSON",
    "TRAIN --config=binary.toml": "binary.toml is not valid TOML",
    "TRAIN --plugin=raises.py": "raises.py cannot be used: RuntimeError: I feel unwell. Mend it",
    "TRAIN --plugin=syntax.py": "syntax.py cannot be used: SyntaxError",
    "list --plugin=raises.py": "raises.py cannot be used: RuntimeError: I feel unwell. Mend it",
}
if not torch.cuda.is_available():
    USAGE["TRAIN --device=cuda"] = "This machine has no cuda that torch can use."


def command(line: str) -> list[str]:
    return [part for word in line.split() for part in (TRAIN if word == "TRAIN" else [word])]


def make_world(root: Path, trained: Path) -> Path:
    """A folder of everything that can be wrong. Nothing in it is ever changed by a mistake."""
    root.mkdir()
    shutil.copytree(trained, root / "run")
    _images(root)
    _idx(root)
    _runs(root)
    texts = {
        "notes.txt": "notes",
        "hollow.npy": "",
        "malformed.toml": "steps = = 3\n",
        "malformed.json": '{"steps": 3',
        "unknown.toml": "stepz = 3\n",
        "wrong.toml": 'steps = "many"\n',
        "list.json": "[1, 2]",
        "text.json": '{"recipe": "vanilla-mlp"}',
        "deep.json": '{"generator": ' + "[" * 100_000 + "}",
        "deep.toml": "hidden = " + "[" * 100_000,
        "raises.py": "raise RuntimeError('I feel unwell')\n",
        "syntax.py": "def broken(:\n",
    }
    for name, text in texts.items():
        (root / name).write_text(text)
    with (root / "huge.toml").open("wb") as file:
        file.truncate(50_000_000)
    (root / "binary.toml").write_bytes(b"\xff\xfe\x00")
    return root


def _images(root: Path) -> None:
    write_images(root / "images")
    write_images(root / "one-class" / "cat", count=4)
    np.save(root / "points.npy", np.zeros((3, 2), np.float32))
    (root / "empty").mkdir()
    (write_images(root / "unreadable", count=3) / "zz.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    write_images(write_images(root / "sizes", count=2), count=2, side=9)
    write_images(write_images(root / "modes", count=2), count=2, mode="RGB")


def _idx(root: Path) -> None:
    """Three data directories, each with the four files of MNIST, of which one is wrong."""
    zeros = {
        f"{split}-{kind}": bytes([0, 0, 8, len(dims)])
        + struct.pack(f">{len(dims)}I", *dims)
        + bytes(size)
        for split, count in (("train", 60_000), ("t10k", 10_000))
        for kind, dims, size in (
            ("images-idx3-ubyte", (count, 28, 28), count * 784),
            ("labels-idx1-ubyte", (count,), count),
        )
    }
    spoiled = {
        "cut": lambda data: data[:1000],
        "corrupted": lambda data: data,  # of the right form, but not the published bytes
        "magic": lambda data: b"\xca\xfe\xba\xbe" + data[4:1000],
    }
    for name, spoil in spoiled.items():
        folder = root / name / "MNIST" / "raw"
        folder.mkdir(parents=True)
        for file, data in zeros.items():
            (folder / f"{file}.gz").write_bytes(gzip.compress(spoil(data), compresslevel=1))


def _runs(root: Path) -> None:
    configs = {
        "foreign": '{"name": "a project of another kind"}',
        "garbled": '{"recipe": {',
        "future": '{"format": 99, "ganzoo": "9.0", "recipe": {}}',
    }
    (root / "notrun").mkdir()
    (root / "notrun" / "notes.txt").write_text("notes")
    for name, text in configs.items():
        (root / name).mkdir()
        (root / name / "config.json").write_text(text)
    shutil.copytree(root / "run", root / "stopped")
    (root / "stopped" / "generator.safetensors").unlink()
    shutil.copytree(root / "run", root / "short")
    weights = root / "short" / "generator.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    assert json.loads((root / "run" / "config.json").read_text())["format"] == 2
