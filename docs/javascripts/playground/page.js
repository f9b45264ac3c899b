// The page "Playground": sliders through z, a random walk, interpolation, and classes.

import { generatorOf } from "./generator.js";
import { arc, line, seeded } from "./latents.js";
import { drawRow } from "./picture.js";

const SHOWN = 8; // sliders outside of the list of all
const STEPS = 9; // samples of the interpolation
const LEG = 2500; // milliseconds of the walk from one z to the next

const page = document.querySelector("#player");
const part = (name) => page.querySelector(`[data-part=${name}]`);
const random = seeded(Number(new URLSearchParams(location.search).get("seed") ?? 0));

const state = { generator: null, z: [], label: 0, ends: [], sliders: [], walk: null, turn: 0 };

/** Show the state: the sample, the positions of the sliders, and the rows of samples. */
function draw() {
  const { generator, z, label, sliders } = state;
  if (!generator) return;
  drawRow(part("sample"), generator, [generator.sample(z, label)]);
  const kind = generator.classes.length ? ` of the class ${generator.classes[label]}` : "";
  part("sample").setAttribute("aria-label", `A sample${kind}, drawn by ${generator.recipe}`);
  sliders.forEach(({ input, coordinate }) => (input.value = z[coordinate]));
  drawClasses();
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
  const samples = Array.from({ length: STEPS }, (_, k) => generator.sample(between(a, b, k / (STEPS - 1)), label));
  drawRow(part("interpolation"), generator, samples);
}

function newZ() {
  stop();
  state.z = state.generator.draw(random);
  draw();
}

/** The random walk: from one z to the next, without an end. */
function walk() {
  if (state.walk) return stop();
  const leg = { from: state.z, to: state.generator.draw(random), since: performance.now() };
  const between = state.generator.normal ? arc : line;
  const frame = (now) => {
    const t = Math.max(0, (now - leg.since) / LEG);
    state.z = between(leg.from, leg.to, Math.min(t, 1));
    if (t >= 1) Object.assign(leg, { from: leg.to, to: state.generator.draw(random), since: now });
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
  const { effects, bounds: [least, greatest] } = state.generator;
  const order = effects.map((_, k) => k).sort((a, b) => effects[b] - effects[a]);
  state.sliders = order.map((coordinate) => {
    const input = Object.assign(document.createElement("input"), {
      type: "range", min: least, max: greatest, step: "any",
    });
    input.addEventListener("input", () => {
      stop();
      state.z = Float32Array.from(state.z, (old, k) => (k === coordinate ? Number(input.value) : old));
      draw();
    });
    input.addEventListener("keydown", (event) => nudge(event, input, (greatest - least) / 60));
    return { input, coordinate };
  });
  const labels = state.sliders.map(({ input, coordinate }) => {
    const label = document.createElement("label");
    label.append(`z${coordinate + 1}`, input);
    return label;
  });
  part("sliders").replaceChildren(...labels.slice(0, SHOWN));
  part("further").replaceChildren(...labels.slice(SHOWN));
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
    const input = Object.assign(document.createElement("input"), {
      type: "radio", name: "playground-class", value: k, checked: k === state.label,
    });
    input.addEventListener("change", () => {
      state.label = k;
      draw();
      drawInterpolation();
    });
    const label = document.createElement("label");
    label.append(input, name);
    return label;
  });
  const none = "This generator has no classes; cgan has.";
  part("labels").replaceChildren(...(choices.length ? choices : [none]));
  part("by-class").classList.toggle("absent", !choices.length);
}

function start(generator) {
  stop();
  const z = generator.draw(random);
  Object.assign(state, { generator, z, label: 0, ends: [z, generator.draw(random)] });
  makeSliders();
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
    said(`${name}: ${state.generator.zDim} coordinates of z, ${state.generator.classes.length || "no"} classes.`);
  } catch (error) {
    said(`${name} cannot be played: ${error.message}`);
  }
  page.dataset.ready = name;
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
  state.ends = [state.generator.draw(random), state.generator.draw(random)];
  drawInterpolation();
});
for (const method of ["arc", "line"]) part(method).addEventListener("change", drawInterpolation);
