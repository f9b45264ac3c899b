// A generator of ganzoo in the browser, from the file that
// `ganzoo export RUN --format safetensors --half` writes.

import { parse } from "./safetensors.js";
import { noiseOf } from "./noise.js";
import { ACTIVATIONS, batchNorm, doubling, linear } from "./layers.js";

const PART = { mlp: perceptron, dcgan: convolutional };
const GAMES = ["standard", "concatenated-labels"];

/** The generator of a file's content. It throws an Error with a sentence for other files. */
export function generatorOf(buffer) {
  const { tensors, metadata } = parse(buffer);
  const about = JSON.parse(metadata.ganzoo ?? "null");
  if (about?.kind !== "generator") {
    throw new Error("This file is not a generator of ganzoo: make one with `ganzoo export`.");
  }
  const { recipe, dataset } = about.config;
  const [network, game] = [recipe.generator, recipe.game[0]].map(shortName);
  if (!(network in PART) || recipe.game.length > 1 || !GAMES.includes(game)) {
    throw new Error(
      `The playground has the generators ${Object.keys(PART).join(" and ")} ` +
        `in the games ${GAMES.join(" and ")}, not ${network} in ${game}.`,
    );
  }
  const [channels, height, width] = dataset.shape;
  if (![1, 3].includes(channels)) throw new Error("The playground draws gray and colour images.");
  const noise = noiseOf(about.z ?? partsOf(recipe.prior));
  const layers = PART[network](reader(tensors), recipe.generator, dataset.shape);
  const classes = game === "concatenated-labels" ? dataset.labels : [];
  return {
    recipe: recipe.name,
    channels,
    height,
    width,
    range: [recipe.low, recipe.high],
    noise,
    classes,
    effects: columns(firstMatrix(tensors)).slice(0, noise.length),
    /** The sample of z, and of the number of a class: channels x height x width values in range. */
    sample(z, label = 0) {
      const label01 = classes.map((_, k) => (k === label ? 1 : 0));
      const a = layers.reduce((x, layer) => layer(x), Float32Array.of(...z, ...label01));
      const [low, high] = this.range;
      return a.map((value) => low + (high - low) * value);
    },
  };
}

/** A component's name without its plugin: "vanilla-mlp:mlp" is "mlp". */
const shortName = (part) => part.name.split(":").pop();

/** The parts of z of the two plain priors, for a file that `ganzoo export` did not write. */
function partsOf({ dim: length = 100, std = 1, low = -1, high = 1, ...prior }) {
  const kind = shortName(prior);
  if (!["normal", "uniform"].includes(kind)) {
    throw new Error(`The prior ${kind} is not in this file: write it with \`ganzoo export\`.`);
  }
  return [{ length, kind, std, low, high }];
}

/** The tensors of a module by its name, such as {weight, bias}; undefined where there are none. */
function reader(tensors) {
  return (module) => {
    const start = `generator.${module}.`;
    const found = Object.entries(tensors).filter(([name]) => name.startsWith(start));
    return found.length
      ? Object.fromEntries(found.map(([name, tensor]) => [name.slice(start.length), tensor]))
      : undefined;
  };
}

const SQUASH = {
  tanh: (a) => (1 + Math.tanh(a)) / 2, // into [0, 1], as all outputs here
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
};

/** ganzoo's "mlp": hidden layers `body.0`, `body.1`, ... and `last`. */
function perceptron(read, options) {
  const hidden = options.hidden ?? [256, 512, 1024];
  const step = options.batch_norm ? 3 : 2; // modules of a hidden layer in `body`
  const layers = hidden.flatMap((_, k) => [
    linear(read(`body.${k * step}`)),
    ...(options.batch_norm ? [batchNorm(read(`body.${k * step + 1}`))] : []),
    each(ACTIVATIONS[options.activation ?? "relu"]),
  ]);
  return [...layers, linear(read("last")), each(SQUASH[options.output ?? "tanh"])];
}

/** ganzoo's "dcgan": fully connected layers, then layers that double a map, in `body`. */
function convolutional(read, options, [, height, width]) {
  if ((options.norm ?? "batch") !== "batch") {
    throw new Error("The playground has the generator dcgan with batch normalisation only.");
  }
  const sizes = [[height, width]];
  while (Math.min(...sizes[0]) > 7) sizes.unshift(sizes[0].map((side) => side >> 1));
  const dense = (options.hidden ?? []).length + 1;
  const layers = [];
  const relu = each(ACTIVATIONS.relu);
  for (let k = 0; k < dense; k++) {
    layers.push(linear(read(`body.${3 * k}`)), batchNorm(read(`body.${3 * k + 1}`)), relu);
  }
  const start = 3 * dense + 1; // after nn.Unflatten
  for (let k = 1; k < sizes.length; k++) {
    const at = start + 3 * (k - 1);
    layers.push(doubling(read(`body.${at}`), sizes[k]));
    if (k < sizes.length - 1) layers.push(batchNorm(read(`body.${at + 1}`)), relu);
  }
  return [...layers, each(SQUASH.tanh)];
}

const each = (activation) => (x) => x.map((value) => activation(value));

const firstMatrix = (tensors) => tensors["generator.body.0.weight"] ?? tensors["generator.last.weight"];

/** The length of each column of a matrix: the change of the first layer by a step of a coordinate. */
function columns({ shape: [rows, count], values }) {
  return Array.from({ length: count }, (_, c) => {
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += values[r * count + c] ** 2;
    return Math.sqrt(sum);
  });
}
