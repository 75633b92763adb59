// The band of times above all views: what was going on when, and which part of it is looked at.
import { element } from "profkit/dom";
import { duration } from "profkit/format";
import { colorsOf, onScheme, sized } from "profkit/painter";

const EDGE = 6; // pixels within which an edge of the range is taken hold of
const LEAST = 3; // pixels that are no range, but a click
const COLORS = {
  unknown: "u0", app: "a0", dependencies: "b0", runtime: "n0", native: "x0", compiler: "v0",
  regexp: "v1", wasm: "w0", gc: "g0", program: "i0",
};

/** Make the band; null for a profile without times. */
export function openMinimap(app) {
  const { model, store } = app;
  if (!model.span) return null;
  const canvas = element("canvas", {
    id: "minimap",
    tabindex: "0",
    role: "slider",
    "aria-label": "Part of the recording",
    "aria-valuemin": "0",
    "aria-valuemax": String(Math.round(model.span / 1e6)),
  });
  const whole = model.span + 1; // the last sample is before its end
  const width = () => Math.max(1, canvas.clientWidth);
  const toX = (time) => (time / whole) * width();
  const toTime = (x) => (Math.min(Math.max(0, x), width()) / width()) * whole;
  let known = { key: "" };
  let drag = null;
  let waiting = 0;
  let cost = 0; // how long the page took to follow last

  function activity() {
    const key = JSON.stringify([store.get().threads, width()]);
    if (known.key !== key) known = { key, ...activityOf(model, store.get().threads, width()) };
    return known;
  }

  function draw() {
    const high = canvas.clientHeight;
    if (!high) return;
    const context = sized(canvas, width(), high);
    const names = model.functions.categories;
    const colors = colorsOf(names.map((name) => COLORS[name] ?? "i0"));
    const { bins, most } = activity();
    context.fillStyle = colors.page;
    context.fillRect(0, 0, width(), high);
    for (let x = 0; x < width(); x++) {
      let y = high;
      bins.forEach((bin, category) => {
        if (!bin[x] || names[category] === "idle") return;
        const tall = (bin[x] / most) * (high - 3);
        context.fillStyle = colors.swatches[category];
        context.fillRect(x, y - tall, 1, tall);
        y -= tall;
      });
    }
    const range = drag?.shown ?? store.get().range;
    if (!range) return;
    const [left, right] = range.map(toX);
    context.globalAlpha = 0.72;
    context.fillStyle = colors.page;
    context.fillRect(0, 0, left, high);
    context.fillRect(right, 0, width() - right, high);
    context.globalAlpha = 1;
    context.fillStyle = colors.band;
    for (const x of [left, right]) context.fillRect(x - 1, 0, 2, high);
  }

  function limited(from, to) {
    const range = [Math.max(0, Math.round(from)), Math.min(whole, Math.round(to))];
    return range[1] > range[0] ? range : null;
  }

  /** Show a range at once, and let the page follow as fast as it can. */
  function show(from, to) {
    drag.shown = limited(from, to);
    draw();
    waiting ||= setTimeout(follow, Math.min(300, 2 * cost));
  }

  function follow() {
    waiting = 0;
    const start = performance.now();
    if (drag) store.set({ range: drag.shown }, { replace: true });
    cost = performance.now() - start;
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { range } = store.get();
    const x = event.offsetX;
    const [left, right] = range ? range.map(toX) : [NaN, NaN];
    const kind = Math.abs(x - left) <= EDGE ? "left" : Math.abs(x - right) <= EDGE ? "right" : x > left && x < right ? "move" : "new";
    drag = { kind, x, range, shown: null };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const x = event.offsetX;
    const [from, to] = drag.range ?? [];
    if (drag.kind === "new") {
      if (Math.abs(x - drag.x) > LEAST) show(...[drag.x, x].sort((a, b) => a - b).map(toTime));
    } else if (drag.kind === "move") {
      const shift = Math.min(Math.max(toTime(x) - toTime(drag.x), -from), whole - to);
      show(from + shift, to + shift);
    } else {
      const fixed = drag.kind === "left" ? to : from;
      show(...[fixed, toTime(x)].sort((a, b) => a - b));
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { kind, range, shown } = drag;
    drag = null;
    clearTimeout(waiting);
    waiting = 0;
    if (shown) {
      // What was dragged makes one step for the back button, from where it began.
      store.set({ range }, { replace: true, silent: true });
      store.set({ range: shown });
    } else if (kind === "new") store.set({ range: null });
  });
  canvas.addEventListener("dblclick", () => store.set({ range: null }));
  canvas.addEventListener("keydown", (event) => {
    const [from, to] = store.get().range ?? [0, model.span];
    const step = model.span / 100;
    const shift = { ArrowLeft: -step, ArrowRight: step }[event.key];
    if (event.key === "Escape") store.set({ range: null });
    else if (!shift) return;
    else if (event.shiftKey) store.set({ range: limited(from, Math.max(from + step, to + shift)) });
    else store.set({ range: limited(from + shift, to + shift) });
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(canvas);
  onScheme(draw);

  return {
    element: canvas,
    update({ range, threads }, before) {
      const [from, to] = range ?? [0, model.span];
      canvas.setAttribute("aria-valuenow", String(Math.round(from / 1e6)));
      canvas.setAttribute("aria-valuetext", `${duration(from)} to ${duration(to)}`);
      if (!before || before.range !== range || before.threads !== threads) draw();
    },
  };
}

/** Sum by pixel how long threads were in each category: {bins: [Float64Array], most}. */
function activityOf({ threads, tree, functions, span }, chosen, pixels) {
  const bins = functions.categories.map(() => new Float64Array(pixels));
  const idle = functions.categories.indexOf("idle");
  const wide = span / pixels;
  threads.forEach(({ node, begin, end }, number) => {
    if (!begin || (chosen && !chosen.includes(number))) return;
    for (let i = 0; i < node.length; i++) {
      const bin = bins[functions.category[tree.fn[node[i]]]];
      for (let at = begin[i]; at < end[i]; ) {
        const pixel = Math.min(pixels - 1, Math.floor(at / wide));
        const until = pixel === pixels - 1 ? end[i] : Math.min(end[i], (pixel + 1) * wide);
        bin[pixel] += until - at;
        at = until > at ? until : end[i];
      }
    }
  });
  let most = 1;
  for (let x = 0; x < pixels; x++) {
    let sum = 0;
    bins.forEach((bin, category) => (sum += category === idle ? 0 : bin[x]));
    most = Math.max(most, sum);
  }
  return { bins, most };
}
