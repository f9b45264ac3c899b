/* Figure 1 of the GAN paper, to play with: the reader moves the generator's Gaussian, and sees the
   best discriminator, the value of the game and the Jensen-Shannon divergence.

   A page has <div class="gan-figure"> with the words of its language as data attributes; its
   content is shown until this script replaces it. */
"use strict";

(() => {
  const DATA = { mean: 4, width: 0.5 };
  const RANGE = { mean: [1.5, 6.5, 0.05], width: [0.32, 1.25, 0.01] };
  const SHOWN = [1, 7]; // of x
  const TOP = 1.3; // of the densities, and of D
  const FROM = -3, TO = 11, STEP = 0.02; // of the integrals
  const RATE = 0.02, LARGEST = 0.03; // of a step of G, and the largest change of its mean
  const CURVES = ["data", "fakes", "d", "area"];

  const points = Array.from({ length: Math.round((TO - FROM) / STEP) + 1 }, (_, i) => FROM + i * STEP);
  const density = (x, { mean, width }) =>
    Math.exp(-0.5 * ((x - mean) / width) ** 2) / (width * Math.sqrt(2 * Math.PI));
  /* a ln(a / b), which is 0 for a = 0. */
  const relative = (a, b) => (a > 0 ? a * Math.log(a / b) : 0);
  const share = (p, q) => 0.5 * relative(p, (p + q) / 2) + 0.5 * relative(q, (p + q) / 2);

  /* V at the best D, the divergence, and the slopes of G's two losses by its mean and its width
     while D stands still. */
  function measured(g) {
    const sum = { value: 0, jsd: 0, minimax: [0, 0], nonSaturating: [0, 0] };
    for (const x of points) {
      const p = density(x, DATA), q = density(x, g);
      if (p + q < 1e-300) continue;
      const logD = Math.log(p / (p + q)), logNot = Math.log(q / (p + q));
      if (p > 0) sum.value += p * logD * STEP;
      if (q > 0) sum.value += q * logNot * STEP;
      sum.jsd += share(p, q) * STEP;
      const distance = x - g.mean;
      const slopes = [(q * distance) / g.width ** 2, (q * (distance ** 2 - g.width ** 2)) / g.width ** 3];
      slopes.forEach((slope, i) => {
        if (q > 0) sum.minimax[i] += slope * logNot * STEP;
        if (q > 0) sum.nonSaturating[i] -= slope * Math.max(logD, -700) * STEP;
      });
    }
    return sum;
  }

  function element(name, attributes = {}, children = []) {
    const svg = ["svg", "path", "line", "text", "circle", "g"].includes(name);
    const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  class Figure {
    constructor(root) {
      this.words = { ...root.dataset };
      this.g = { mean: 2.6, width: 0.7 };
      this.svg = element("svg", { role: "img", "aria-label": this.words.alt });
      this.sliders = {};
      this.numbers = {};
      root.replaceChildren(this.svg, this.legend(), this.controls(), this.readout());
      this.svg.addEventListener("pointerdown", (event) => this.dragged(event, true));
      this.svg.addEventListener("pointermove", (event) => this.dragged(event, false));
      new ResizeObserver(() => this.draw()).observe(this.svg);
      this.draw();
    }

    legend() {
      const item = (name) => element("li", { class: name }, [this.words[name]]);
      return element("ul", { class: "gan-legend", "aria-hidden": "true" }, CURVES.map(item));
    }

    controls() {
      const box = element("div", { class: "gan-controls" });
      for (const name of ["mean", "width"]) {
        const [min, max, step] = RANGE[name];
        const slider = element("input", { type: "range", min, max, step, name });
        slider.addEventListener("input", () => { this.stop(); this.move({ [name]: Number(slider.value) }); });
        this.sliders[name] = slider;
        box.append(element("label", {}, [element("span", {}, [this.words[name]]), slider]));
      }
      for (const loss of ["minimax", "nonSaturating"]) {
        const button = element("button", { type: "button", class: "md-button", "data-loss": loss }, [this.words[loss.toLowerCase()]]);
        button.addEventListener("click", () => this.learn(loss));
        box.append(button);
      }
      return box;
    }

    readout() {
      const list = element("dl", { class: "gan-numbers" });
      for (const name of ["half", "value", "jsd", "slope1", "slope2"]) {
        this.numbers[name] = element("dd", { "data-number": name });
        list.append(element("div", {}, [element("dt", {}, [this.words[name]]), this.numbers[name]]));
      }
      return list;
    }

    /* A new mean, a new width or both, within their ranges. */
    move(change) {
      for (const [name, wanted] of Object.entries(change)) {
        const [min, max] = RANGE[name];
        this.g[name] = Math.min(max, Math.max(min, wanted));
      }
      this.draw();
    }

    /* Sideways the mean follows the pointer; the peak, by its handle, the width too. */
    dragged(event, begins) {
      if (begins) {
        this.held = event.target.closest(".handle") ? "peak" : "mean";
        this.svg.setPointerCapture(event.pointerId);
        this.stop();
      } else if (!event.buttons) {
        return;
      }
      const box = this.svg.getBoundingClientRect();
      const mean = SHOWN[0] + ((event.clientX - box.left) / box.width) * (SHOWN[1] - SHOWN[0]);
      const height = Math.max(0.05, TOP * (1 - (event.clientY - box.top) / (box.height - 22)));
      const width = 1 / (height * Math.sqrt(2 * Math.PI));
      this.move(this.held === "peak" ? { mean, width } : { mean });
    }

    /* G descends its loss, with the best D at every step, until it has nothing more to learn. */
    learn(loss) {
      this.stop();
      let left = 400;
      const step = () => {
        const [byMean, byWidth] = measured(this.g)[loss];
        const bounded = (slope) => Math.max(-LARGEST, Math.min(LARGEST, -RATE * slope));
        this.move({ mean: this.g.mean + bounded(byMean), width: this.g.width + bounded(byWidth) });
        this.frame = --left ? requestAnimationFrame(step) : 0;
      };
      this.frame = requestAnimationFrame(step);
    }

    stop() {
      if (this.frame) cancelAnimationFrame(this.frame);
      this.frame = 0;
    }

    draw() {
      const wide = this.svg.clientWidth || 640, high = (this.svg.clientHeight || 300) - 22;
      const left = (x) => (((x - SHOWN[0]) / (SHOWN[1] - SHOWN[0])) * wide).toFixed(1);
      const up = (y) => (high * (1 - Math.min(y, TOP * 1.1) / TOP)).toFixed(1);
      const inside = points.filter((x) => x >= SHOWN[0] && x <= SHOWN[1]);
      const line = (f) => "M" + inside.map((x) => `${left(x)} ${up(f(x))}`).join("L");
      const p = (x) => density(x, DATA), q = (x) => density(x, this.g);
      const area = `${line((x) => share(p(x), q(x)))}L${wide} ${high}L0 ${high}Z`;
      const tick = (x) => element("text", { x: left(x), y: high + 16, "text-anchor": "middle" }, [String(x)]);
      const handle = element("circle", { class: "handle", cx: left(this.g.mean), cy: up(q(this.g.mean)), r: 9 });
      this.svg.setAttribute("viewBox", `0 0 ${wide} ${high + 22}`);
      this.svg.replaceChildren(
        element("line", { class: "axis", x1: 0, x2: wide, y1: high, y2: high }),
        element("line", { class: "half", x1: 0, x2: wide, y1: up(0.5), y2: up(0.5) }),
        element("text", { x: 4, y: up(0.5) - 5 }, ["D = ½"]),
        ...[2, 3, 4, 5, 6].map(tick),
        element("path", { class: "area", d: area }),
        element("path", { class: "data", d: line(p) }),
        element("path", { class: "fakes", d: line(q) }),
        element("path", { class: "d", d: line((x) => p(x) / (p(x) + q(x) || 1)) }),
        handle,
      );
      this.tell();
    }

    tell() {
      const { value, jsd, minimax, nonSaturating } = measured(this.g);
      const p = density(this.g.mean, DATA), q = density(this.g.mean, this.g);
      const size = ([byMean, byWidth]) => Math.hypot(byMean, byWidth);
      const shown = { half: p / (p + q), value, jsd, slope1: size(minimax), slope2: size(nonSaturating) };
      for (const [name, number] of Object.entries(shown)) this.numbers[name].textContent = number.toFixed(3).replace("-", "−");
      for (const [name, slider] of Object.entries(this.sliders)) {
        slider.value = this.g[name];
        slider.setAttribute("aria-valuetext", `${this.g[name].toFixed(2)}; V ${value.toFixed(3)}; ${this.words.jsd} ${jsd.toFixed(3)}`);
      }
    }
  }

  function start() {
    for (const root of document.querySelectorAll(".gan-figure:not([data-started])")) {
      root.dataset.started = "";
      new Figure(root);
    }
  }

  // Material's instant navigation exchanges the page without loading the scripts again.
  if (window.document$) window.document$.subscribe(start);
  else document.addEventListener("DOMContentLoaded", start);
})();
