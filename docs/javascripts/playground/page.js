// The page "Playground": sliders through z and its codes, a random walk, interpolation, and classes.

import { generatorOf } from "./generator.js";
import { arc, line, seeded } from "./latents.js";
import { valuesOf, withCodes } from "./noise.js";
import { drawRow } from "./picture.js";

const SHOWN = 8; // sliders outside of the list of all
const STEPS = 9; // samples of the interpolation, and of a code that is a number
const LEG = 2500; // milliseconds of the walk from one z to the next

const page = document.querySelector("#player");
const part = (name) => page.querySelector(`[data-part=${name}]`);
const random = seeded(Number(new URLSearchParams(location.search).get("seed") ?? 0));

const state = {
  generator: null, z: [], codes: [], label: 0, ends: [], sliders: [], codeRows: [], walk: null, turn: 0,
};

/** A z with the values of the codes that are chosen: those change by their sliders alone. */
const coded = (z) => withCodes(z, state.generator.noise.codes, state.codes);
const drawn = () => coded(state.generator.noise.draw(random));

/** Show the state: the sample, the positions of the sliders, and the rows of samples. */
function draw() {
  const { generator, z, label, sliders } = state;
  if (!generator) return;
  drawRow(part("sample"), generator, [generator.sample(z, label)]);
  const kind = generator.classes.length ? ` of the class ${generator.classes[label]}` : "";
  part("sample").setAttribute("aria-label", `A sample${kind}, drawn by ${generator.recipe}`);
  sliders.forEach(({ input, coordinate }) => (input.value = z[coordinate]));
  drawClasses();
  state.codeRows.forEach((row, k) => row.draw(k));
}

function drawClasses() {
  const { generator, z } = state;
  const samples = generator.classes.map((_, k) => generator.sample(z, k));
  const canvas = part("classes");
  if (samples.length) drawRow(canvas, generator, samples);
  else canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
}

function drawInterpolation() {
  const { generator, ends: [a, b], label } = state;
  if (!generator) return;
  const between = part("arc").checked ? arc : line;
  const samples = Array.from({ length: STEPS }, (_, k) => generator.sample(coded(between(a, b, k / (STEPS - 1))), label));
  drawRow(part("interpolation"), generator, samples);
}

function newZ() {
  stop();
  state.z = drawn();
  draw();
}

/** The random walk: from one z to the next, without an end. */
function walk() {
  if (state.walk) return stop();
  const leg = { from: state.z, to: drawn(), since: performance.now() };
  const between = state.generator.noise.normal ? arc : line;
  const frame = (now) => {
    const t = Math.max(0, (now - leg.since) / LEG);
    state.z = coded(between(leg.from, leg.to, Math.min(t, 1)));
    if (t >= 1) Object.assign(leg, { from: leg.to, to: drawn(), since: now });
    draw();
    state.walk = requestAnimationFrame(frame);
  };
  state.walk = requestAnimationFrame(frame);
  part("walk").textContent = "Stop the walk";
}

function stop() {
  cancelAnimationFrame(state.walk);
  state.walk = null;
  part("walk").textContent = "Random walk";
}

/** Make a slider for each coordinate of z, first those that change the first layer most. */
function makeSliders() {
  const { effects, noise: { coordinates } } = state.generator;
  const order = [...coordinates].sort((a, b) => effects[b.place] - effects[a.place]);
  state.sliders = order.map(({ place, low, high }) => {
    const input = slider(low, high, () => {
      stop();
      state.z = Float32Array.from(state.z, (old, k) => (k === place ? Number(input.value) : old));
      draw();
    });
    return { input, coordinate: place };
  });
  const labels = state.sliders.map(({ input, coordinate }) => labelled(`z${coordinate + 1}`, input));
  part("sliders").replaceChildren(...labels.slice(0, SHOWN));
  part("further").replaceChildren(...labels.slice(SHOWN));
  part("further").parentElement.hidden = labels.length <= SHOWN;
}

/** A slider for a number, which an arrow key moves by a step that is seen. */
function slider(low, high, changed) {
  const input = element("input", { type: "range", min: low, max: high, step: "any" });
  input.addEventListener("input", changed);
  input.addEventListener("keydown", (event) => nudge(event, input, (high - low) / 60));
  return input;
}

const element = (tag, properties) => Object.assign(document.createElement(tag), properties);

function labelled(...content) {
  const label = document.createElement("label");
  label.append(...content);
  return label;
}

/** Make a slider for each code, and a row of samples with the values of the code. */
function makeCodes() {
  const { codes } = state.generator.noise;
  const labels = codes.map((code, k) => {
    const shown = element("output", {});
    const show = () => (shown.textContent = code.count ? state.codes[k] : state.codes[k].toFixed(2));
    const changed = () => {
      state.codes[k] = Number(input.value);
      state.z = coded(state.z);
      show();
      draw();
      drawInterpolation();
    };
    const input = code.count
      ? element("input", { type: "range", min: 0, max: code.count - 1, step: 1, oninput: changed })
      : slider(code.low, code.high, changed);
    input.value = state.codes[k];
    show();
    return labelled(code.name, input, shown);
  });
  state.codeRows = codes.map((code) => codeRow(code));
  part("codes").replaceChildren(...labels);
  part("by-code").replaceChildren(...state.codeRows.map(({ figure }) => figure));
  part("codes").parentElement.hidden = !codes.length;
}

/** A row of samples of the z of the sliders, with the values of a code from the lowest on. */
function codeRow(code) {
  const { name, count, low, high } = code;
  const row = count ? `Each value of the code ${name}` : `The code ${name} from ${low} to ${high}`;
  const [figure, caption, canvas] = ["figure", "figcaption", "canvas"].map((tag) => element(tag, {}));
  caption.textContent = `${row}, with the noise of the sliders`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Samples. ${row}, with one noise`);
  figure.append(caption, canvas);
  const values = valuesOf(code, STEPS);
  const draw = (k) => {
    const { generator, z, codes, label } = state;
    const samples = values.map((value) =>
      generator.sample(withCodes(z, generator.noise.codes, codes.with(k, value)), label),
    );
    drawRow(canvas, generator, samples);
  };
  return { figure, draw };
}

/** An arrow key moves a slider by a step that is seen; with step="any" browsers choose their own. */
function nudge(event, input, by) {
  const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
  if (!direction) return;
  event.preventDefault();
  input.value = Number(input.value) + direction * by;
  input.dispatchEvent(new Event("input"));
}

function makeClasses() {
  const { classes } = state.generator;
  const choices = classes.map((name, k) => {
    const input = element("input", {
      type: "radio", name: "playground-class", value: k, checked: k === state.label,
    });
    input.addEventListener("change", () => {
      state.label = k;
      draw();
      drawInterpolation();
    });
    return labelled(input, name);
  });
  part("labels").replaceChildren(...choices);
  part("by-class").hidden = !choices.length;
}

function start(generator) {
  stop();
  const codes = generator.noise.codes.map(({ count, low, high }) => (count ? 0 : (low + high) / 2));
  Object.assign(state, { generator, codes, label: 0 });
  Object.assign(state, { z: drawn(), ends: [drawn(), drawn()] });
  makeSliders();
  makeCodes();
  makeClasses();
  draw();
  drawInterpolation();
  for (const button of page.querySelectorAll("button")) button.disabled = false;
}

const said = (sentence) => (part("status").textContent = sentence);

/** Take the generator that a function gives, or say why there is none. */
async function take(name, content) {
  const turn = ++state.turn;
  said(`Loading ${name} ...`);
  try {
    const loaded = generatorOf(await content());
    if (turn !== state.turn) return; // another one was chosen meanwhile
    start(loaded);
    said(`${name}: ${contents(loaded)}.`);
  } catch (error) {
    said(`${name} cannot be played: ${error.message}`);
  }
  page.dataset.ready = name;
}

function contents({ noise: { coordinates, codes }, classes }) {
  const named = codes.length ? [`the codes ${codes.map(({ name }) => name).join(", ")}`] : [];
  return [`${coordinates.length} coordinates of z`, ...named, `${classes.length || "no"} classes`].join("; ");
}

async function download(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}.`);
  return answer.arrayBuffer();
}

for (const choice of page.querySelectorAll("[name=playground-generator]")) {
  const play = () => take(choice.dataset.name, () => download(choice.value));
  choice.addEventListener("change", play);
  if (choice.checked) play();
}
part("file").addEventListener("change", ({ target: { files: [file] } }) => {
  if (file) take(file.name, () => file.arrayBuffer());
});
part("new").addEventListener("click", newZ);
part("walk").addEventListener("click", walk);
part("ends").addEventListener("click", () => {
  state.ends = [drawn(), drawn()];
  drawInterpolation();
});
for (const method of ["arc", "line"]) part(method).addEventListener("change", drawInterpolation);
