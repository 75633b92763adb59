// The flame graph and the icicle: all stacks merged, each box as wide as its time.
import { boxActions } from "profkit/actions";
import { changeOf, describeChange, stepOf } from "profkit/change";
import { element } from "profkit/dom";
import { boxAt, boxOf, edges, layoutOf, pathOf, visit } from "profkit/layout";
import { ROW, colorsOf, onScheme, painterOn, scrollbar, sized } from "profkit/painter";
import { listenToPointer } from "profkit/pointer";
import { moves } from "profkit/walking";

const LEAST = 0.3;

/** Mount the view; it draws upwards or, as an icicle, downwards. */
export function mount(place, app) {
  const canvas = element("canvas", { tabindex: "0", role: "application", "aria-roledescription": "flame graph", "aria-describedby": "status" });
  place.append(canvas);
  const state = {
    layout: null, // boxes in the unit of values
    from: 0, // which part of them is in sight
    to: 1,
    scroll: 0, // how many pixels of the picture are above the window
    width: 1, // of the window
    height: 1,
    hovered: null, // the box that the pointer is at
    current: -1, // the box that the keyboard is at
    zoomed: -1,
    icicle: false,
    pending: 0,
  };
  let colors = colorsOf(app.model.functions.palette);
  const wholeHeight = () => state.layout.levels * ROW + 8;
  const perPixel = () => (state.to - state.from) / state.width;
  const toX = (value) => (value - state.from) / perPixel();
  const rowOf = (level) => (state.icicle ? level : state.layout.levels - 1 - level);
  const toY = (level) => 4 + rowOf(level) * ROW - state.scroll;
  const levelAt = (y) => rowOf(Math.floor((y + state.scroll - 4) / ROW));

  function measure() {
    state.width = Math.max(1, place.clientWidth);
    state.height = place.clientHeight;
  }

  function redraw() {
    state.pending ||= requestAnimationFrame(() => {
      state.pending = 0;
      draw();
    });
  }

  function draw() {
    const { width, height } = state;
    const context = sized(canvas, width, height);
    context.globalAlpha = 1;
    context.fillStyle = colors.page;
    context.fillRect(0, 0, width, height);
    if (!state.layout.whole) {
      empty(context);
      return;
    }
    const painter = painterOn(context, colors);
    paint(painter, colors);
    scrollbar(painter, colors, state, wholeHeight());
    const at = state.hovered ?? (canvas.matches(":focus-visible") ? state.current : null);
    if (at === null) return;
    const [from, to] = edges(state.layout, at).map(toX);
    painter.outline(Math.max(0, from), toY(levelOf(at)), Math.min(width, to) - Math.max(0, from));
  }

  function paint(painter, colors) {
    const { layout, width, height } = state;
    const { tree } = layout;
    const { functions } = app.model;
    const found = app.searched();
    const { fn: selected } = app.store.get();
    const scale = 1 / perPixel();
    const drawnTo = new Float64Array(layout.levels).fill(-1); // by level: narrow boxes share a pixel
    const colorOf = (i, fn) => {
      if (tree.base) return colors.changes[stepOf(changeOf(tree, i))];
      return fn < 0 ? colors.root : colors.swatches[functions.swatch[fn]];
    };
    const put = (i, level) => {
      const y = toY(level);
      if (y < -ROW || y > height) return;
      const start = i < 0 ? 0 : layout.left[i];
      const from = (start - state.from) * scale;
      const wide = (i < 0 ? layout.whole : layout.wide[i]) * scale;
      const x = Math.max(0, from);
      const right = Math.min(width, from + wide);
      const fn = i < 0 ? -1 : tree.fn[i];
      const isMatch = found && fn >= 0 && found[fn];
      if (right - x < 1 && right < drawnTo[level] && !isMatch) return;
      drawnTo[level] = Math.ceil(right);
      const isAbove = i !== state.zoomed && wide > width + 1;
      painter.box(x, y, right - x, {
        color: isMatch ? colors.match : colorOf(i, fn),
        label: fn < 0 ? "all" : functions.name(fn),
        alpha: found && !isMatch ? 0.4 : isAbove ? 0.55 : 1,
        text: isMatch ? colors.matchText : colors.text,
        words: () => describe(i),
      });
      if (fn >= 0 && fn === selected && right - x > 3) painter.outline(x, y, right - x);
    };
    put(-1, 0);
    visit(layout, [state.from, state.to], LEAST * perPixel(), put);
  }

  /** Paint all levels of what is in sight from left to right. */
  function paintWhole(painter, colors) {
    const { scroll, height } = state;
    Object.assign(state, { scroll: 0, height: wholeHeight() });
    paint(painter, colors);
    Object.assign(state, { scroll, height });
  }

  function empty(context) {
    context.fillStyle = colors.soft;
    context.font = "13px system-ui, sans-serif";
    context.fillText("Nothing to draw: no sample that is looked at has any value.", 16, 30);
  }

  const levelOf = (i) => (i < 0 ? 0 : state.layout.tree.depth[i] + 1);

  function describe(i) {
    const { tree } = state.layout;
    const { amount, percent } = app.format;
    if (tree.base) return describeChange(app, tree, i);
    const figure = (word, value) => `${word} ${amount(value)} (${percent(value, tree.sum)})`;
    if (i < 0) return `all · ${figure("total", tree.sum)}`;
    const { functions } = app.model;
    const fn = tree.fn[i];
    const figures = `${figure("total", tree.total[i])}, ${figure("self", tree.self[i])}`;
    return [functions.name(fn), functions.place(fn), figures].filter(Boolean).join(" · ");
  }

  function tell() {
    const at = state.hovered ?? state.current;
    app.status(state.layout.whole ? describe(at) : "");
  }

  function look(from, to, scroll = state.scroll) {
    const { whole } = state.layout;
    const span = Math.min(whole, Math.max(to - from, whole * 1e-9));
    state.from = Math.min(Math.max(0, from), whole - span);
    state.to = state.from + span;
    state.scroll = Math.min(Math.max(0, scroll), Math.max(0, wholeHeight() - state.height));
    redraw();
  }

  function zoomTo(i) {
    state.current = i;
    app.store.set({ zoom: pathOf(state.layout.tree, i), fn: i < 0 ? null : state.layout.tree.fn[i] });
    look(...edges(state.layout, i));
    tell();
  }

  /** Bring a box into sight, and zoom out to its nearest caller that is wide enough to see it. */
  function reveal(i) {
    state.current = i;
    const [from, to] = edges(state.layout, i);
    const y = toY(levelOf(i));
    const high = state.height;
    const scroll = y < 0 ? state.scroll + y - ROW : y > high - ROW ? state.scroll + y - high + 2 * ROW : state.scroll;
    const isSeen = to > state.from && from < state.to && to - from >= perPixel();
    if (isSeen) look(state.from, state.to, scroll);
    else {
      const room = Math.max(to - from, (to - from) * 20);
      look((from + to) / 2 - room / 2, (from + to) / 2 + room / 2, scroll);
    }
    tell();
  }

  function find(step) {
    const found = app.searched();
    const { tree } = state.layout;
    if (!found || !tree.size) return;
    for (let n = 1; n <= tree.size; n++) {
      const i = (state.current + step * n + 2 * tree.size) % tree.size;
      if (found[tree.fn[i]] && state.layout.wide[i] > 0) {
        reveal(i);
        canvas.focus({ preventScroll: true });
        return;
      }
    }
  }

  const pick = (x, y) => boxAt(state.layout, state.from + x * perPixel(), levelAt(y));
  const hover = (i) => {
    if (i === state.hovered) return;
    state.hovered = i;
    tell();
    redraw();
  };
  const openMenu = (i, x, y) => {
    state.current = i;
    app.menu(boxActions(app, state.layout.tree, i, zoomTo), { x, y, back: canvas });
  };
  const view = { state, canvas, look, perPixel, pick, hover, zoomTo, openMenu, reveal, toX, toY, levelOf };
  listenToPointer(view);
  canvas.addEventListener("keydown", (event) => moves(event, view, app));
  canvas.addEventListener("focus", redraw);
  canvas.addEventListener("blur", redraw);
  const watcher = new ResizeObserver(() => {
    measure();
    look(state.from, state.to);
  });
  const unwatch = onScheme(() => {
    colors = colorsOf(app.model.functions.palette);
    redraw();
  });

  return {
    update(next) {
      const tree = app.tree();
      const layout = layoutOf(tree, next.widthBy);
      const isNew = state.layout !== layout;
      const isTurned = isNew || state.icicle !== (next.view === "icicle");
      measure();
      if (!state.layout) watcher.observe(place);
      state.layout = layout;
      state.icicle = next.view === "icicle";
      const zoomed = boxOf(tree, next.zoom);
      if (isNew) state.current = zoomed;
      if (isNew || zoomed !== state.zoomed) look(...edges(state.layout, zoomed));
      if (isTurned) look(state.from, state.to, state.icicle ? 0 : wholeHeight());
      state.zoomed = zoomed;
      const name = state.icicle ? "Icicle" : "Flame graph";
      canvas.setAttribute("aria-label", `${name} of ${app.model.title}: ${app.format.amount(tree.sum)}`);
      tell();
      redraw();
    },
    destroy() {
      watcher.disconnect();
      unwatch();
      cancelAnimationFrame(state.pending);
    },
    find,
    picture: () => ({ title: app.model.title, width: state.width, height: wholeHeight(), paint: paintWhole }),
  };
}
