// Sorts and filters the tables of the zoo: those inside an element of the class "zoo-index".
// data-filters names the columns that get a menu. Without this script the tables stay tables.

(() => {
  "use strict";

  // The value that a cell is sorted by: of its <data> element, else the text of its link, else its
  // text; as a number if it is one. An empty cell has no value.
  function value(cell) {
    const data = cell.querySelector("data");
    const text = (data ? data.value : (cell.querySelector("a") || cell).textContent).trim();
    return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text.toLowerCase();
  }

  function compared(a, b) {
    if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
    return typeof a === "number" ? -1 : 1;
  }

  // Rows without a value come last in both directions.
  function sort(state, column, direction) {
    const rows = state.rows.map((row) => [value(row.cells[column]), row]);
    rows.sort(([a], [b]) =>
      a === "" || b === "" ? (a === "") - (b === "") : direction * compared(a, b),
    );
    state.body.append(...rows.map(([, row]) => row));
    state.heads.forEach((head, number) => {
      const direct = direction > 0 ? "ascending" : "descending";
      if (number === column) head.setAttribute("aria-sort", direct);
      else head.removeAttribute("aria-sort");
    });
    state.menu.value = String(column);
  }

  function filter(state) {
    const words = state.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of state.rows) {
      const text = row.textContent.toLowerCase();
      const fits =
        words.every((word) => text.includes(word)) &&
        state.choices.every(
          ({ select, column }) =>
            !select.value || row.cells[column].textContent.trim() === select.value,
        );
      row.hidden = !fits;
      shown += fits;
    }
    state.count.textContent = `${shown} of ${state.rows.length}`;
  }

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, text]) => made.setAttribute(key, text));
    made.append(...children);
    return made;
  }

  function label(text, control) {
    control.setAttribute("aria-label", text);
    return element("label", {}, element("span", {}, text), control);
  }

  // A menu of the values of a column.
  function choice(state, column) {
    const values = [...new Set(state.rows.map((row) => row.cells[column].textContent.trim()))];
    const options = values.filter(Boolean).sort((a, b) => compared(a, b));
    const select = element("select", {}, element("option", { value: "" }, "any"));
    options.forEach((text) => select.append(element("option", {}, text)));
    select.addEventListener("change", () => filter(state));
    state.choices.push({ select, column });
    return label(state.names[column], select);
  }

  // The numbers of a column with an upward arrow are best when they are high.
  const first = (name) => (name.endsWith("↑") ? -1 : 1);

  function make(box) {
    const table = box.querySelector("table");
    if (!table || box.dataset.made) return;
    box.dataset.made = "yes";
    const heads = [...table.tHead.rows[0].cells];
    const state = {
      heads,
      names: heads.map((head) => head.textContent.trim()),
      body: table.tBodies[0],
      rows: [...table.tBodies[0].rows],
      choices: [],
      search: element("input", { type: "search", autocomplete: "off" }),
      menu: element("select", {}),
      count: element("output", { "aria-live": "polite" }),
    };
    state.rows.forEach((row) =>
      [...row.cells].forEach((cell, number) => (cell.dataset.label = state.names[number])),
    );
    heads.forEach((head, column) => {
      const cells = state.rows.map((row) => row.cells[column]);
      const pictures = cells.some((cell) => cell.querySelector("img"));
      if (pictures || cells.every((cell) => value(cell) === "")) return;
      const name = state.names[column];
      const button = element("button", { type: "button" }, name);
      button.addEventListener("click", () => {
        const now = { ascending: 1, descending: -1 }[head.getAttribute("aria-sort")];
        sort(state, column, now ? -now : first(name));
      });
      head.replaceChildren(button);
      state.menu.append(element("option", { value: column }, name));
    });
    state.search.addEventListener("input", () => filter(state));
    state.menu.addEventListener("change", () => {
      const column = Number(state.menu.value);
      sort(state, column, first(state.names[column]));
    });
    const filters = (box.dataset.filters || "").split(" ").filter(Boolean);
    const menus = filters.map((name) => choice(state, state.names.indexOf(name)));
    const sorter = label("sort by", state.menu);
    sorter.className = "zoo-sort";
    box.prepend(
      element("div", { class: "zoo-tools" }, label("find", state.search), ...menus, sorter, state.count),
    );
    filter(state);
  }

  const start = () => document.querySelectorAll(".zoo-index").forEach(make);
  // Material's document$ emits each page, also where pages are exchanged without a load.
  if (window.document$) window.document$.subscribe(start);
  else document.addEventListener("DOMContentLoaded", start);
})();
