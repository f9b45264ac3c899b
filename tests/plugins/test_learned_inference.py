"""GANs that infer noise: InfoGAN, BiGAN, AAE, VAE-GAN, VEEGAN."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from ganzoo import Batch, Data, Features, Game, Part, Scores, Spec, Trained, UsageError
from ganzoo.assembly.build import build, component
from ganzoo.evaluation.measure import draw, reconstructed
from ganzoo.recipe import to_dict
from ganzoo_learned_inference.assignment import best_assignment
from ganzoo_learned_inference.autoencoders import kl_to_normal
from ganzoo_learned_inference.encoding import half_squares
from ganzoo_learned_inference.losses import LogOdds, MutualInformation

from .small import PLAIN, REGISTRY, engine_of, images, shrunk

POINTS = Spec((2,), low=-math.inf, high=math.inf)
E = Part("adam", {"lr": 1e-2})


def made(game: str, spec: Spec = POINTS, **changes) -> Game:
    """A small game, its networks perceptrons of one hidden layer."""
    encoder = Part("noise-encoder", {"width": 0, "hidden": (8,), "norm": "none"})
    players = {"d": E, "g": E, **({"e": E} if game == "vae-gan" else {})}
    recipe = PLAIN.replace(
        game=Part(game), networks={"encoder": encoder}, optimizer=players, **changes
    )
    torch.manual_seed(0)
    return build(recipe, spec, REGISTRY)


def points(n: int = 5) -> Batch:
    return Batch(x=torch.randn(n, 2, generator=torch.Generator().manual_seed(1)))


def gradients(loss: Tensor, network: torch.nn.Module) -> list[Tensor]:
    return list(torch.autograd.grad(loss, [*network.parameters()], retain_graph=True))


# -- InfoGAN -------------------------------------------------------------------------------------


def test_noise_has_the_codes_at_its_end_and_a_given_code_in_all_rows() -> None:
    prior = component(
        "prior", Part("noise-and-codes", {"noise": 3, "categories": 4, "continuous": 2}), REGISTRY
    )
    assert prior.dim == 9
    assert prior.codes == {"category": 4, "c1": 1, "c2": 1}
    drawn = prior.draw(1000, device=torch.device("cpu"))
    assert torch.equal(drawn.z[:, 3:7].argmax(1), drawn.code["category"])
    assert torch.equal(drawn.z[:, 7:], torch.cat((drawn.code["c1"], drawn.code["c2"]), 1))
    assert set(drawn.code["category"].tolist()) == {0, 1, 2, 3}
    given = prior.give(prior.give(drawn, "category", 2), "c2", 0.5)
    assert given.z[0, 3:].tolist() == [0, 0, 1, 0, drawn.z[0, 7].item(), 0.5]
    assert torch.equal(given.z[:, :3], drawn.z[:, :3])
    assert prior.traversal("category", 7) == [0, 1, 2, 3]
    assert prior.traversal("c1", 3) == [-1, 0, 1]
    with pytest.raises(UsageError, match="The categories are 0 to 3; there is no category 4"):
        prior.give(drawn, "category", 4)


def test_mutual_information_is_the_cross_entropy_of_the_reading_by_hand() -> None:
    logits = torch.tensor([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]], dtype=torch.float64)
    means = torch.tensor([[0.5], [-0.25]], dtype=torch.float64)
    code = {"category": torch.tensor([2, 0]), "c1": torch.tensor([[1.0], [0.75]]).double()}
    fake = Scores(torch.zeros(2).double(), Batch(code=code), {"category": logits, "c1": means})
    total = [math.log(sum(math.exp(a) for a in row)) for row in logits.tolist()]
    category = (total[0] - 2.0 + total[1] - 0.0) / 2
    slope = (0.5**2 + 1.0**2) / 2 / 2
    expected = 3 * category + 0.1 * slope
    for term in (MutualInformation(3.0).discriminator, MutualInformation(3.0).generator):
        assert term(fake, fake).item() == pytest.approx(expected, rel=1e-12)
    report = MutualInformation().report(fake, fake)
    assert report["code_read"] == 0.5


def test_it_refuses_noise_without_codes_and_a_discriminator_without_heads() -> None:
    info = {"extra_losses": (Part("mutual-information"),)}
    with pytest.raises(UsageError, match="needs a prior with latent codes"):
        build(PLAIN.replace(**info), POINTS, REGISTRY)
    with pytest.raises(UsageError, match=r"gives 'category'.*--discriminator with-features"):
        build(PLAIN.replace(prior=Part("noise-and-codes"), **info), POINTS, REGISTRY)


def test_the_discriminator_has_a_head_for_each_code_and_its_gradients_reach_g() -> None:
    recipe = shrunk(REGISTRY.recipe("infogan"))
    recipe = recipe.replace(prior=Part("noise-and-codes", {"noise": 3}))
    engine = engine_of(recipe, images(1, 16, 16))
    game = engine.game
    assert game.d_spec().codes == {"category": 10, "c1": 1, "c2": 1}
    scores = game.score(game.fake(points(4)))
    shapes = {name: tuple(value.shape) for name, value in scores.aux.items()}
    assert shapes == {"features": (4, 8 * 4 * 4), "category": (4, 10), "c1": (4, 1), "c2": (4, 1)}
    read = cross_entropy(scores.aux["category"], scores.batch.code["category"])
    assert all(gradient.any() for gradient in gradients(read, game.generator)[-1:])


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (4, 4), (3, 5)])
def test_the_best_assignment_is_that_of_a_search_of_all(rows: int, columns: int) -> None:
    dice = torch.Generator().manual_seed(0)
    for _ in range(20):
        gains = torch.randint(0, 9, (rows, columns), generator=dice).tolist()
        chosen = best_assignment(gains)
        assert len({*chosen}) == rows
        best = max(
            sum(gains[row][order[row]] for row in range(rows))
            for order in itertools.permutations(range(columns), rows)
        )
        assert sum(gains[row][column] for row, column in enumerate(chosen)) == best


class Brightness(Features):
    """Names the class of an image by its first pixel."""

    name, fingerprint, dim, classes = "brightness", "0", 1, 3

    def logits(self, samples: Data):
        yield torch.eye(3)[samples.x[:, 0, 0, 0].long()]

    vectors = logits


def named(pixels: list[int], **about) -> Data:
    return Data(torch.tensor(pixels, dtype=torch.uint8).reshape(-1, 1, 1, 1), **about)


def test_code_accuracy_is_of_the_best_assignment_one_to_one() -> None:
    metric = component("metric", Part("code-accuracy"), REGISTRY, features=Brightness())
    real = named([0, 1, 2], y=torch.arange(3), classes=3)
    codes = torch.tensor([0, 0, 0, 1, 1, 1, 2, 2])
    fake = named([1, 1, 0, 1, 1, 0, 2, 1], cond={"category": codes, "c1": torch.zeros(8, 1)})
    # Categories 0 and 1 both have two of class 1: one of them takes it, the other class 0.
    assert metric(real, fake) == {"code_accuracy": 4 / 8, "code_purity": 5 / 8}
    with pytest.raises(UsageError, match="needs fakes of a prior with a code of categories"):
        metric(real, named([0]))


def test_reconstruction_accuracy_compares_with_the_class_of_the_original() -> None:
    metric = component("metric", Part("reconstruction-accuracy"), REGISTRY, features=Brightness())
    real = named([0, 1, 2, 2], y=torch.tensor([0, 1, 2, 2]), classes=3)
    numbers = metric(real, named([0, 2, 2]))
    assert numbers["reconstruction_accuracy"] == pytest.approx(2 / 3)
    assert numbers["reconstruction_rms"] == pytest.approx((1 / 3) ** 0.5 / 255)


# -- BiGAN and VEEGAN ----------------------------------------------------------------------------


@pytest.mark.parametrize("spec", [POINTS, Spec((1, 8, 8))], ids=["vectors", "images"])
def test_d_sees_real_samples_with_their_codes_and_fakes_with_their_noise(spec: Spec) -> None:
    game = made("bigan", spec)
    assert game.discriminator.spec.shape == (spec.size + 3,)
    batch = Batch(x=torch.randn(4, *spec.shape))
    real, fake = game.samples(("d",), batch)
    assert torch.equal(real.z, game.encoder(batch.x))
    for each in (real, fake):
        assert torch.equal(game.d_input(each), torch.cat((each.x.flatten(1), each.z), 1))


def test_g_and_e_minimise_the_loss_with_the_pairs_exchanged() -> None:
    game, batch = made("bigan"), points()
    assert game.reads(("g",))
    losses = game.losses(("d", "g"), batch, 1)
    real, fake = losses.real.score, losses.fake.score
    d_loss = softplus(-real).mean() + softplus(fake).mean()
    g_loss = softplus(real).mean() + softplus(-fake).mean()
    torch.testing.assert_close(losses.by_player["d"], d_loss)
    torch.testing.assert_close(losses.by_player["g"], g_loss)
    assert all(gradient.any() for gradient in gradients(losses.by_player["g"], game.encoder))
    relativistic = made("bigan", loss=Part("relativistic"))
    losses = relativistic.losses(("g",), points(), 1)
    expected = softplus(losses.real.score - losses.fake.score).mean()
    torch.testing.assert_close(losses.by_player["g"], expected)


def test_alice_adds_the_distance_of_real_samples_from_their_reconstructions() -> None:
    game = made("bigan")
    torch.manual_seed(2)
    without = game.losses(("g",), points(), 1).by_player["g"]
    game.cycle = 3.0
    torch.manual_seed(2)
    loss = game.losses(("g",), points(), 1).by_player["g"]
    again = game.generator(game.encoder(points().x))
    distance = (again - points().x).square().sum(1).mean() / 2
    torch.testing.assert_close(loss, without + 3 * distance)


def test_veegan_adds_the_distance_of_noise_to_its_encoding_and_e_has_no_other_loss() -> None:
    game = made("veegan", loss=Part("log-odds"))
    game.weight = 2.0
    losses = game.losses(("g",), points(), 1)
    fake = losses.fake
    mean, log_variance = game.encoder(fake.batch.x).chunk(2, 1)
    distance = (fake.batch.z - mean).square()
    # minus the logarithm of the density of N(mean, variance) at z, without its constant
    likelihood = (log_variance + distance.detach() / log_variance.exp()).sum(1).mean() / 2
    of_e = 2 * distance.sum(1).mean() + likelihood
    torch.testing.assert_close(losses.by_player["g"], -fake.score.mean() + of_e)
    of_all = gradients(losses.by_player["g"], game.encoder)
    torch.testing.assert_close(of_all, gradients(of_e, game.encoder))
    assert not game.real(points()).z.requires_grad
    # G has no gradient of the likelihood.
    of_g = -fake.score.mean() + 2 * distance.sum(1).mean()
    torch.testing.assert_close(
        gradients(losses.by_player["g"], game.generator), gradients(of_g, game.generator)
    )
    assert any(gradient.any() for gradient in gradients(likelihood, game.generator))


def test_veegan_draws_the_noise_of_real_samples_from_the_distribution_that_e_gives() -> None:
    game, batch = made("veegan", loss=Part("log-odds")), points(1)
    mean, log_variance = game.encoder(batch.x).chunk(2, 1)
    torch.testing.assert_close(game.encode(batch).z, mean)
    many = game.real(Batch(x=batch.x.expand(20_000, 2))).z
    torch.testing.assert_close(many.mean(0), mean[0], atol=0.03, rtol=0)
    torch.testing.assert_close(many.var(0).log(), log_variance[0], atol=0.05, rtol=0)


def test_log_odds_of_the_best_d_are_the_kl_divergence_from_the_data() -> None:
    x = torch.tensor([-1.0, 0.5, 2.0], dtype=torch.float64)
    logit = (-(x**2) / 2) - (-((x - 1) ** 2) / 2)  # log p_data(x) / p_g(x), for N(0, 1) and N(1, 1)
    fake = Scores(logit, Batch(x=x))
    assert LogOdds().generator(None, fake).item() == pytest.approx((x - 0.5).mean().item())


# -- AAE and VAE-GAN -----------------------------------------------------------------------------


def test_d_of_an_aae_compares_codes_with_noise_and_g_decodes_the_codes() -> None:
    game = made("aae")
    game.weight = 3.0
    assert game.discriminator.spec.shape == (3,)
    losses = game.losses(("d", "g"), points(), 1)
    code = game.encoder(points().x)
    assert torch.equal(losses.fake.batch.x, code)
    assert losses.real.batch.x.shape == (5, 3)
    distance = (game.generator(code) - points().x).square().sum(1).mean() / 2
    fooling = softplus(-losses.fake.score).mean()
    torch.testing.assert_close(losses.by_player["g"], distance + 3 * fooling)
    assert all(gradient.any() for gradient in gradients(losses.by_player["g"], game.generator))


def test_kl_and_half_squares_by_hand() -> None:
    mean = torch.tensor([[1.0, 0.0], [0.0, 2.0]], dtype=torch.float64)
    log_variance = torch.tensor([[0.0, math.log(4)], [0.0, 0.0]], dtype=torch.float64)
    rows = [(1 + 0 + 4 - math.log(4) - 1) / 2, 4 / 2]
    assert kl_to_normal(mean, log_variance).item() == pytest.approx(sum(rows) / 2)
    assert half_squares(mean, torch.zeros(2, 2).double()).item() == (1 + 4) / 2 / 2
    torch.autograd.gradcheck(kl_to_normal, (mean.requires_grad_(), log_variance.requires_grad_()))


def test_vae_gan_gives_each_player_its_loss() -> None:
    game = made("vae-gan", discriminator=Part("with-features", {"hidden": (8,), "norm": "none"}))
    game.gamma = 0.5
    assert [*game.updates(1)] == [("d",), ("g", "e")]
    d = game.losses(("d",), points(), 1)
    mean_of_kinds = (softplus(d.fake.score[:5]).mean() + softplus(d.fake.score[5:]).mean()) / 2
    expected = softplus(-d.real.score).mean() + mean_of_kinds
    torch.testing.assert_close(d.by_player["d"], expected)
    losses = game.losses(("g", "e"), points(), 1)
    mean, log_variance = game.encoder(points().x).chunk(2, 1)
    assert torch.equal(game.encode(points()).z, mean)
    made_of_noise, made_again = losses.fake.batch[:5], losses.fake.batch[5:]
    distance = (made_again.x - points().x).square().sum(1).mean() / 2  # D's features are x itself
    assert torch.equal(made_of_noise.x, game.generator(made_of_noise.z))
    torch.testing.assert_close(losses.by_player["e"], kl_to_normal(mean, log_variance) + distance)
    fooling = softplus(-losses.fake.score).mean()
    torch.testing.assert_close(losses.by_player["g"], fooling + 0.5 * distance)
    assert losses.fake.score.shape == (10,)
    with pytest.raises(UsageError, match="use --prior normal"):
        made("vae-gan", prior=Part("uniform"))


def test_bigan_refuses_a_loss_without_a_meaning_for_exchanged_roles() -> None:
    with pytest.raises(UsageError, match="exchanges the roles"):
        made("bigan", loss=Part("least-squares"))
    for name in ("hinge", "wasserstein", "minimax", "relativistic"):
        made("bigan", loss=Part(name))


@pytest.mark.parametrize("name", ["began", "ebgan", "auxiliary-classifier", "d2d-ce"])
def test_bigan_refuses_a_loss_on_outputs_that_d_does_not_give(name: str) -> None:
    with pytest.raises(UsageError, match=r"gives '|needs labels"):
        made("bigan", loss=Part(name))


@pytest.mark.parametrize("name", ["aae", "vae-gan"])
def test_autoencoders_refuse_shared_fakes(name: str) -> None:
    recipe = shrunk(REGISTRY.recipe(name))
    part = recipe.game[0]
    shared = recipe.replace(game=(Part(part.name, {**part.options, "share_fakes": True}),))
    with pytest.raises(UsageError, match="leave out share_fakes"):
        engine_of(shared, images(1, 16, 16))


def test_mutual_information_refuses_fakes_without_codes() -> None:
    fake = Scores(torch.zeros(2), Batch(x=torch.zeros(2, 1)))
    with pytest.raises(UsageError, match="the fakes of this game have none"):
        MutualInformation().generator(None, fake)


# -- encoders ------------------------------------------------------------------------------------


def trained(name: str) -> Trained:
    recipe = shrunk(REGISTRY.recipe(name))
    game = engine_of(recipe, images(1, 16, 16)).game
    return Trained(game, {"recipe": to_dict(recipe)}, 0)


@pytest.mark.parametrize("other", ["aae", "veegan", "vae-gan"])
def test_two_rules_for_one_encoder_are_refused(other: str) -> None:
    recipe = REGISTRY.recipe("bigan").replace(game=(Part("bigan"), Part(other)))
    with pytest.raises(UsageError, match="each has a rule of its own for the encoder"):
        build(recipe, POINTS, REGISTRY)


@pytest.mark.parametrize("name", ["bigan", "vae-gan"])
def test_images_are_encoded_and_reconstructed(name: str) -> None:
    one = trained(name)
    assert one.game.encodes
    assert not trained("infogan").game.encodes
    x = torch.rand(3, 1, 16, 16)
    z = one.game.encode(Batch(x=x)).z
    assert z.shape == (3, one.game.prior.dim)
    torch.testing.assert_close(one.sample(z=z), one.game.generator(z))


def test_a_metric_gets_the_codes_of_fakes_and_reconstructions_of_real_samples() -> None:
    coded = trained("infogan")
    fake, noise = draw(coded, 7, seed=3), coded.noise(7, seed=3)
    assert {*fake.cond} == {"category", "c1", "c2"}
    assert torch.equal(fake.cond["category"], noise.code["category"])
    one, real = trained("bigan"), images(1, 16, 16)
    again = reconstructed(one, real)
    assert again.x.dtype == torch.uint8
    expected = one.reconstruct(real.x)  # in [0, 1]
    assert torch.equal(again.x, (255 * expected).round().to(torch.uint8))
    with pytest.raises(UsageError, match="has no encoder"):
        reconstructed(coded, real)
