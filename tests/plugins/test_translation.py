"""Translation of images: pix2pix, CycleGAN and CUT, their datasets and their metrics."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from ganzoo import Batch, Data, Dataset, Engine, Part, Recipe, Scores, Spec, UsageError
from ganzoo.assembly.build import build
from ganzoo.engine.graph import WARM_UP
from ganzoo_translation.changed import CHANGES, Changed, Negatives, Outlines, Thicker, outline
from ganzoo_translation.contrast import nce
from ganzoo_translation.domains import Domains
from ganzoo_translation.games import exchanged
from ganzoo_translation.losses import PairedL1
from ganzoo_translation.metrics import TranslationClass, TranslationError
from ganzoo_translation.patches import PatchDiscriminator
from ganzoo_translation.pool import Pool
from ganzoo_translation.residual import ResidualTranslator
from ganzoo_translation.unet import UNet

from ..test_graph import StandIn
from .small import PLAIN, REGISTRY, engine_of, images

GRAY = Spec((1, 16, 16), z_dim=4)
SMALL: dict[str, dict[str, Any]] = {
    "unet": {"width": 2},
    "residual-translator": {"width": 2, "blocks": 1},
    "patches": {"width": 2},
}


def small(name: str) -> Recipe:
    """The recipe with small networks, on batches of 4."""
    recipe = REGISTRY.recipe(name)

    def narrow(part: Part) -> Part:
        return Part(part.name, {**part.options, **SMALL[part.bare]})

    return recipe.replace(
        generator=narrow(recipe.generator),
        discriminator=narrow(recipe.discriminator),
        networks={role: narrow(part) for role, part in recipe.networks.items()},
        batch_size=4,
    )


def pairs(count: int = 8) -> Data:
    dice = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (count, 1, 16, 16), generator=dice).to(torch.uint8)
    return Data(x, torch.arange(count) % 2, 2, cond={"source": 255 - x})


def batch() -> Batch:
    data = pairs(4)
    x, source = (each.double() / 127.5 - 1 for each in (data.x, data.cond["source"]))
    return Batch(x=x, cond={"source": source})


# -- the networks --------------------------------------------------------------------------------


def test_the_bits_of_z_are_masks_of_channels() -> None:
    network = UNet(GRAY, width=1, dropout_levels=2)  # 1, 2 and 4 channels at 8, 4 and 2 pixels
    z = torch.tensor([[1.0, -1.0, 1.0, -1.0]])
    first, second = network.masks(z)
    assert first.flatten().tolist() == [2, 0]
    assert second.flatten().tolist() == [2]
    assert next(network.masks(-z)).flatten().tolist() == [0, 2]


def test_dropout_by_z_is_on_in_evaluation_too() -> None:
    torch.manual_seed(0)
    network = UNet(GRAY, width=2).eval()
    source, z = torch.randn(1, 1, 16, 16), torch.tensor([[1.0, -1.0, 1.0, -1.0]])
    same, again, other = (network(bits, source=source) for bits in (z, z, -z))
    assert torch.equal(same, again)
    assert not torch.equal(same, other)


@pytest.mark.parametrize(("halvings", "side"), [(1, 16), (2, 34), (3, 70)])
def test_a_score_is_of_a_patch(halvings: int, side: int) -> None:
    """The sizes of arXiv:1611.07004, appendix 6.1.2."""
    spec = Spec((1, 160, 160))
    network = PatchDiscriminator(spec, 1, 1, halvings, "none", conditional=False).double()
    for weight in network.parameters():
        torch.nn.init.constant_(weight, 0.1)
    x = torch.zeros(1, 1, 160, 160, dtype=torch.float64, requires_grad=True)
    score = network(x)[0]
    middle = score[score.shape[0] // 2, score.shape[1] // 2]
    (slope,) = torch.autograd.grad(middle, x)
    seen = slope[0, 0].nonzero()
    assert (seen.amax(0) - seen.amin(0) + 1).tolist() == [side, side]


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 18, 25)])
def test_the_maps_of_an_encoder_have_their_channels(shape: tuple[int, int, int]) -> None:
    network = ResidualTranslator(Spec(shape, low=0.0), width=2, blocks=2)
    source = torch.rand(2, *shape)
    maps = network.maps(source)
    assert tuple(each.shape[1] for each in maps) == network.map_channels
    torch.testing.assert_close(maps[0], 2 * source - 1)
    assert network(torch.zeros(2, 1), source=source).shape == source.shape


# -- losses --------------------------------------------------------------------------------------


def test_the_distance_of_pairs_by_hand() -> None:
    x = torch.tensor([[1.0, -1.0], [0.5, 0.0]], dtype=torch.float64)
    made = torch.tensor([[0.0, -1.0], [1.0, 1.0]], dtype=torch.float64, requires_grad=True)
    score = torch.zeros(2)
    loss = PairedL1(100.0).generator(Scores(score, Batch(x=x)), Scores(score, Batch(x=made)))
    assert loss.item() == pytest.approx(100 * (1 + 0 + 0.5 + 1) / 4)
    (slope,) = torch.autograd.grad(loss, made)
    torch.testing.assert_close(slope, torch.tensor([[-25.0, 0.0], [25.0, 25.0]]).double())


@pytest.mark.parametrize("conditional", [True, False])
def test_the_distance_of_images_that_are_no_pairs_is_refused(conditional: bool) -> None:
    recipe = small("pix2pix")
    seen = {**recipe.discriminator.options, "conditional": conditional}
    recipe = recipe.replace(discriminator=Part(recipe.discriminator.name, seen))
    engine_of(recipe, pairs())
    unpaired = dataclasses.replace(pairs(), unpaired=("source",))
    with pytest.raises(UsageError, match=r"'paired-l1'.*dataset\.paired=true"):
        engine_of(recipe, unpaired)
    with pytest.raises(UsageError, match=r"sees an image beside its source.*dataset\.paired=true"):
        engine_of(small("pix2pix").replace(extra_losses=()), unpaired)


def test_the_distance_of_samples_that_see_nothing_of_a_real_one_is_refused() -> None:
    recipe = PLAIN.replace(extra_losses=(Part("paired-l1"),))
    with pytest.raises(UsageError, match="this generator sees nothing of a real sample"):
        engine_of(recipe, images(1, 8, 8))


def test_patches_are_told_apart_by_hand() -> None:
    same = torch.eye(3, dtype=torch.float64)[None]
    expected = math.log(1 + 2 * math.exp(-1 / 0.5))  # the others have the scalar product 0
    assert nce(same, same, 0.5).item() == pytest.approx(expected)
    assert nce(same, same[:, [1, 2, 0]], 0.5).item() == pytest.approx(expected + 1 / 0.5)
    queries = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    keys = torch.randn(2, 3, 4, dtype=torch.float64)
    logits = torch.einsum("nsd,ntd->nst", queries, keys) / 0.07
    by_hand = (logits.logsumexp(2) - logits.diagonal(dim1=1, dim2=2)).mean()
    assert nce(queries, keys, 0.07).item() == pytest.approx(by_hand.item(), rel=1e-6)


def test_the_losses_of_both_directions_by_hand() -> None:
    torch.manual_seed(0)
    game = build(small("cyclegan"), GRAY, REGISTRY)
    g, f = (lambda x, net=net: net(None, source=x) for net in (game.generator, game.inverse))
    d_b, d_a = game.discriminator, game.source_discriminator
    given = batch().map(Tensor.float)
    a, b = given.tensor("source"), given.tensor("x")
    there, back = g(a), f(b)

    def l1(x: Tensor, y: Tensor) -> Tensor:
        return (x - y).abs().mean()

    fooled = ((d_b(there) - 1) ** 2).mean() / 2 + ((d_a(back) - 1) ** 2).mean() / 2
    cycle = l1(f(there), a) + l1(g(back), b)
    kept = l1(f(a), a) + l1(g(b), b)
    loss = game.losses(("g",), given, 1).by_player["g"]
    assert loss.item() == pytest.approx((fooled + 5 * cycle + 2.5 * kept).item(), rel=1e-5)
    told = [((d(x) - 1) ** 2).mean() / 2 + (d(y) ** 2).mean() / 2 for d, x, y in
            ((d_b, b, there), (d_a, a, back))]  # fmt: skip
    loss = game.losses(("d",), given, 1).by_player["d"]
    assert loss.item() == pytest.approx(sum(told).item(), rel=1e-5)
    assert (game.pool.count, game.source_pool.count) == (4, 4)
    torch.testing.assert_close(game.source_pool.images[:4], back)


def test_the_contrast_trains_the_encoder_and_the_perceptrons() -> None:
    torch.manual_seed(0)
    game = build(small("cut"), GRAY, REGISTRY)
    given = batch().map(Tensor.float)
    loss = game.losses(("g",), given, 1).by_player["g"]
    weights = [*game.generator.parameters(), *game.heads.parameters()]
    grads = torch.autograd.grad(loss, weights)
    assert all(grad.any() for grad in grads if grad.numel() > 1)
    assert "heads" in game.players()["g"]
    assert not any(key.startswith("heads") for key in game.sampling_state())


# -- the pool ------------------------------------------------------------------------------------


def test_the_pool_is_filled_before_it_is_drawn_from() -> None:
    pool = Pool(4, (1,))
    numbers = torch.arange(12.0)[:, None]
    assert torch.equal(pool(numbers[:3]), numbers[:3])
    shown = pool(numbers[3:6])
    assert shown[0] == 3  # it fills the last place
    assert pool.count == 4
    # An image that is not shown is in the pool, in place of one that was shown.
    every = sorted([*shown.flatten().tolist(), *pool.images.flatten().tolist()])
    assert every == [0, 1, 2, 3, 3, 4, 5]


def test_half_of_the_fakes_come_from_the_pool_and_none_is_lost() -> None:
    torch.manual_seed(0)
    pool, old = Pool(50, (1,)), torch.full((50, 1), -1.0)
    pool(old)
    replayed = 0
    for step in range(100):
        shown = pool(torch.full((20, 1), float(step)))
        replayed += int((shown != step).sum())
        assert int((pool.images == step).sum()) == int((shown != step).sum())
    assert 0.46 < replayed / 2000 < 0.54
    assert torch.equal(pool(torch.zeros(60, 1))[50:], torch.zeros(10, 1))  # more than it holds


def test_the_pool_is_in_the_checkpoint_and_not_in_the_generator() -> None:
    engine = engine_of(small("cyclegan"), pairs())
    engine.advance()
    game = engine.game
    assert game.pool.count == 4
    assert {"pool.images", "source_pool.count"} <= game.state_dict().keys()
    assert {key.partition(".")[0] for key in game.sampling_state()} == {"generator", "inverse"}


def test_a_pool_refuses_a_discriminator_that_takes_more() -> None:
    recipe = small("pix2pix").replace(game=(Part("replay"),))
    with pytest.raises(UsageError, match="keeps images alone"):
        build(recipe, GRAY, REGISTRY)


def test_a_pool_refuses_updates_of_both_players_at_once() -> None:
    recipe = PLAIN.replace(game=(Part("replay", {"simultaneous": True}),))
    with pytest.raises(UsageError, match=r"leave out game\.simultaneous"):
        engine_of(recipe, images(1, 8, 8))


@pytest.mark.parametrize("role", ["discriminator", "source_discriminator"])
def test_a_loss_on_a_further_output_needs_it_of_both_discriminators(role: str) -> None:
    coder = Part("autoencoder", {"width": 2, "hidden": (4,), "code": 3})
    recipe = small("cyclegan").replace(loss=Part("ebgan"))
    recipe = recipe.replace(
        discriminator=coder, networks={**recipe.networks, "source_discriminator": coder}
    )
    build(recipe, GRAY, REGISTRY)
    other = Part("mlp")
    changed = {"networks": {**recipe.networks, role: other}}
    if role == "discriminator":
        changed = {role: other}
    with pytest.raises(UsageError, match="gives 'energy' beside the score"):
        build(recipe.replace(**changed), GRAY, REGISTRY)


@pytest.mark.parametrize("name", ["cut", "cyclegan", "pix2pix"])
def test_a_captured_training_computes_the_same(name: str) -> None:
    states = []
    for capture in (None, StandIn()):
        torch.manual_seed(0)
        recipe = small(name)
        game = build(recipe, GRAY, REGISTRY)
        engine = Engine(game, pairs(), recipe, capture=capture)
        for _ in range(WARM_UP + 3):
            engine.advance()
        states.append(engine.state())
    assert capture is not None
    assert capture.replayed
    torch.testing.assert_close(*states, rtol=0, atol=0)


def test_a_game_for_sampling_has_no_perceptrons_of_patches() -> None:
    training, sampling = (build(small("cut"), GRAY, REGISTRY, training=t) for t in (True, False))
    assert hasattr(training, "heads")
    assert sampling.state_dict().keys() == sampling.sampling_state().keys()


# -- directions ----------------------------------------------------------------------------------


def test_both_directions_translate() -> None:
    torch.manual_seed(0)
    game = build(small("cyclegan"), GRAY, REGISTRY, training=False)
    given = batch().map(Tensor.float).replace(z=torch.zeros(4, 1))
    assert dict(game.translations()) == {"forward": "source", "backward": "x"}
    there = game.translate(given, "forward").tensor("x")
    torch.testing.assert_close(there, game.generator(None, source=given.tensor("source")))
    back = game.translate(exchanged(given), "backward").tensor("x")
    torch.testing.assert_close(back, game.inverse(None, source=given.tensor("x")))


# -- datasets ------------------------------------------------------------------------------------


class Counted(Dataset):
    """16 images, each of one gray level."""

    def load(self, root: Path, split: str) -> Data:
        x = torch.arange(16, dtype=torch.uint8)[:, None, None, None].expand(16, 1, 8, 8)
        return Data(x.contiguous(), torch.arange(16) % 4, 4, checksum="counted")


def changed(kind: type[Changed], paired: bool) -> Data:
    dataset = kind("mnist-5k", paired)
    dataset.base = Counted()
    return dataset.load(Path(), "train")


def test_the_outline_of_a_dot_is_the_ring_around_it() -> None:
    dot = torch.zeros(1, 1, 5, 5, dtype=torch.uint8)
    dot[0, 0, 2, 2] = 200
    ring = torch.zeros(5, 5, dtype=torch.uint8)
    ring[1:4, 1:4] = 200
    ring[2, 2] = 0
    assert torch.equal(outline(dot)[0, 0], ring)


def test_pairs_show_the_same_image() -> None:
    data = changed(Negatives, paired=True)
    assert torch.equal(data.cond["source"], 255 - data.x)
    assert not data.unpaired
    assert len(data) == 16


@pytest.mark.parametrize(
    ("kind", "paired"), [(Outlines, True), (Negatives, False), (Thicker, False)]
)
def test_each_dataset_has_its_own_change(kind: type[Changed], paired: bool) -> None:
    x = torch.zeros(1, 1, 5, 5, dtype=torch.uint8)
    x[0, 0, 2, 2] = 200
    ring, square = outline(x), outline(x) + x
    expected = {Outlines: ring, Negatives: 255 - x, Thicker: square}[kind]
    assert kind("mnist-5k").paired == paired
    assert torch.equal(CHANGES[kind.change](x), expected)


def test_unpaired_domains_share_no_image() -> None:
    data = changed(Negatives, paired=False)
    levels, sources = data.x[:, 0, 0, 0], 255 - data.cond["source"][:, 0, 0, 0]
    assert sorted([*levels.tolist(), *sources.tolist()]) == [*range(16)]
    assert data.unpaired == ("source", "source_label")
    assert torch.equal(data.y, levels.long() % 4)
    assert torch.equal(data.cond["source_label"], sources.long() % 4)


def folder(place: Path, levels: list[int], size: tuple[int, int] = (8, 8)) -> str:
    place.mkdir()
    for level in levels:
        Image.new("L", size, level).save(place / f"{level:03d}.png")
    return f"folder:{place}"


def test_two_folders_are_two_domains(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "a", [1, 2, 3]), folder(tmp_path / "b", [7, 9])
    data = Domains(source, target, size=8, channels=1).load(tmp_path, "train")
    assert data.cond["source"][:, 0, 0, 0].tolist() == [1, 2, 3]
    assert data.x[:, 0, 0, 0].tolist() == [7, 9, 7]
    assert data.unpaired == ("source",)
    with pytest.raises(UsageError, match="There are 3 sources and 2 images"):
        Domains(source, target, paired=True).load(tmp_path, "train")
    with pytest.raises(UsageError, match="the samples of swiss-roll are no images"):
        Domains(source, "swiss-roll").load(tmp_path, "train")
    with pytest.raises(UsageError, match="name it as folder:PATH"):
        Domains("folder", target)


def test_the_pairs_of_two_folders_have_the_same_names(tmp_path: Path) -> None:
    source, target = folder(tmp_path / "a", [1, 2, 3]), folder(tmp_path / "b", [1, 3, 4])
    said = f"'002' of {source} would be paired with '003' of {target}: give both images"
    with pytest.raises(UsageError, match=said):
        Domains(source, target, paired=True).load(tmp_path, "train")
    assert len(Domains(source, target).load(tmp_path, "train")) == 3
    (tmp_path / "b" / "003.png").rename(tmp_path / "b" / "002.png")
    Image.open(tmp_path / "b" / "004.png").save(tmp_path / "b" / "003.bmp")
    (tmp_path / "b" / "004.png").unlink()
    data = Domains(source, target, paired=True).load(tmp_path, "train")
    assert data.cond["source"][:, 0, 0, 0].tolist() == [1, 2, 3]
    assert data.x[:, 0, 0, 0].tolist() == [1, 3, 4]


def test_the_images_of_an_array_are_paired_by_their_order(tmp_path: Path) -> None:
    source = folder(tmp_path / "a", [1, 2])
    np.save(tmp_path / "b.npy", np.full((2, 8, 8), [[[7]], [[9]]], dtype=np.uint8))
    data = Domains(source, f"folder:{tmp_path / 'b.npy'}", paired=True).load(tmp_path, "train")
    assert data.x[:, 0, 0, 0].tolist() == [7, 9]


# -- metrics -------------------------------------------------------------------------------------


class Bright:
    """Classifies an image by its first pixel."""

    classes = 4

    def logits(self, samples: Data) -> Any:
        yield torch.nn.functional.one_hot(samples.x[:, 0, 0, 0].long() % 4, 4).float()


def test_the_error_of_translations_by_hand() -> None:
    x = torch.zeros(2, 1, 2, 2, dtype=torch.uint8)
    fake = x.clone()
    fake[0, 0, 0] = 51  # 0.2 in two of the four pixels
    real = Data(x, cond={"source": x})
    found = TranslationError()(real, Data(fake))
    assert found["translation_l1"] == pytest.approx(0.1 / 2)
    psnr = -10 * math.log10(0.2**2 / 2), -10 * math.log10(1 / (4 * 255**2))
    assert found["translation_psnr"] == pytest.approx(sum(psnr) / 2)


def test_the_share_of_kept_classes_by_hand() -> None:
    data = changed(Negatives, paired=False)
    kept = Data(255 - data.cond["source"])
    assert TranslationClass(Bright())(data, kept) == {"class_kept": 1.0}
    wrong = kept.x.clone()
    wrong[:2] += 1
    assert TranslationClass(Bright())(data, Data(wrong)) == {"class_kept": 0.75}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (Data(torch.zeros(2, 1, 8, 8, dtype=torch.uint8)), "no condition 'source'"),
        (changed(Negatives, paired=False), "are no pairs"),
    ],
)
def test_an_error_needs_pairs(data: Data, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        TranslationError().check(data)
