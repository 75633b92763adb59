// One function in the middle: who calls it, and what it calls.
import { sums } from "profkit/analysis";
import { butterfly } from "profkit/calls";
import { createCallTable } from "profkit/calltable";
import { figureColumns, fullPlace, functionColumns } from "profkit/cells";
import { element } from "profkit/dom";
import { alike } from "profkit/groups";
import { createPicker } from "profkit/picker";
import { changes, nothing, scaleOf } from "profkit/tools";

export function mount(host, app) {
  const { model, store } = app;
  const { functions } = model;
  const scale = scaleOf(app);
  const whole = { total: 0 }; // of the function: what shares of callers and callees are of
  let weight = null; // what functions took: {tree, self, total}
  let seen = {};
  let sides = [];
  const move = (fn) => store.set({ fn });
  const picker = createPicker({ model, weightOf: () => weight.total, choose: move });
  const name = element("h2", {});
  const place = element("p", { class: "place" });
  const figures = element("dl", { class: "figures" });
  const places = ["Callers", "Callees"].map((side) =>
    element("section", { class: "side", "aria-label": side }, element("h3", {}, side), element("div", { class: "fill" })));
  const middle = element(
    "section",
    { class: "middle", "aria-label": "Function" },
    element("div", { class: "title" }, name, picker.element),
    place,
    figures,
  );
  host.append(element("section", { class: "view wings" }, places[0], middle, places[1]));

  function makeTables() {
    for (const side of sides) side.destroy();
    const columns = [
      ...figureColumns({ format: scale.format, divisor: scale.divisor, whole: () => whole.total }, "total"),
      ...functionColumns(model),
    ];
    sides = ["Callers", "Callees"].map((label, n) =>
      createCallTable(places[n].querySelector(".fill"), app, {
        label,
        columns,
        by: "function",
        nameOf: (row) => functions.name(row.fn),
        fnOf: (row) => row.fn,
        isInverted: n === 0,
        first: "total",
        follow: (row) => move(row.fn),
        open: (row) => move(row.fn),
      }));
  }

  function update(state) {
    const tree = app.tree();
    scale.update();
    if (weight?.tree !== tree) weight = { tree, ...sums(tree, tree.fn, functions.count) };
    const fn = state.fn ?? greatest(weight.self);
    const now = { tree, fn, label: scale.format.label, sort: state.sort, found: app.searched() };
    const isNew = changes(now, seen);
    if (isNew("label")) makeTables();
    if (fn >= 0 && isNew("tree", "fn", "label")) show(tree, fn, state);
    else if (isNew("sort", "found")) for (const side of sides) side.change({ sort: state.sort, found: now.found });
    if (fn < 0) name.textContent = nothing(app);
    seen = now;
  }

  function show(tree, fn, { sort }) {
    const view = butterfly(tree, functions.count, alike(model, fn));
    whole.total = view.total;
    name.textContent = functions.name(fn);
    name.title = functions.name(fn).slice(0, 1000);
    place.textContent = [fullPlace(functions, fn) || `(${functions.kindName(fn)})`, functions.package(fn)].filter(Boolean).join(" · ");
    figures.replaceChildren(...told(view));
    const found = app.searched();
    const isNothing = view.total === 0;
    sides[0].show(view.callers, { sort, found, why: isNothing ? "It took no time." : "Nothing is known to call it." });
    sides[1].show(view.callees, { sort, found, why: isNothing ? "It took no time." : "It calls nothing that took time." });
  }

  /** Return the function's figures, and what of its total callers and callees do not have. */
  function told(view) {
    const { amount, percent } = scale.format;
    const figure = (word, value, of = scale.sum) => [
      element("dt", {}, word),
      element("dd", {}, `${amount(value)} (${percent(value, of)})`),
    ];
    return [
      ...figure("total", view.total),
      ...figure("self", view.self),
      ...(view.root ? figure("without a caller", view.root) : []),
      ...(view.recursive ? figure("recursive", view.recursive) : []),
    ];
  }

  return {
    update,
    find: (step) => sides[step > 0 ? 1 : 0].find(step),
    destroy() {
      for (const side of sides) side.destroy();
    },
  };
}

/** Return the position of the greatest value, -1 where all are 0. */
function greatest(values) {
  let best = -1;
  for (let i = 0; i < values.length; i++) if (values[i] > (best < 0 ? 0 : values[best])) best = i;
  return best;
}
