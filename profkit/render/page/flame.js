// The flame graph and the icicle: all stacks merged, each box as wide as its time.
import { boxActions } from "profkit/actions";
import { element } from "profkit/dom";
import { boxAt, boxOf, edges, layoutOf, pathOf, visit } from "profkit/layout";
import { ROW, colorsOf, onScheme, painterOn, sized } from "profkit/painter";
import { listenToPointer } from "profkit/pointer";
import { moves } from "profkit/walking";

const LEAST = 0.3;

/** Mount the view; it draws upwards or, as an icicle, downwards. */
export function mount(place, app) {
  const canvas = element("canvas", { tabindex: "0", role: "application", "aria-roledescription": "flame graph", "aria-describedby": "status" });
  place.append(canvas);
  const state = { layout: null, from: 0, to: 1, scroll: 0, hovered: null, current: -1, zoomed: -1, pending: 0 };
  let colors = colorsOf(app.model.functions.palette);
  const isIcicle = () => app.store.get().view === "icicle";
  const size = () => [place.clientWidth, place.clientHeight];
  const height = () => state.layout.levels * ROW + 8;
  const perPixel = () => (state.to - state.from) / Math.max(1, size()[0]);
  const toX = (value) => (value - state.from) / perPixel();
  const toY = (level) => 4 + (isIcicle() ? level : state.layout.levels - 1 - level) * ROW - state.scroll;
  const levelAt = (y) => {
    const row = Math.floor((y + state.scroll - 4) / ROW);
    return isIcicle() ? row : state.layout.levels - 1 - row;
  };

  function redraw() {
    state.pending ||= requestAnimationFrame(() => {
      state.pending = 0;
      draw();
    });
  }

  function draw() {
    const [width, high] = size();
    const context = sized(canvas, width, high);
    context.globalAlpha = 1;
    context.fillStyle = colors.page;
    context.fillRect(0, 0, width, high);
    const { tree } = state.layout;
    if (!tree.sum) return empty(context);
    paint(painterOn(context, colors), width, high);
    const at = state.hovered ?? (canvas.matches(":focus-visible") ? state.current : null);
    if (at !== null) {
      const [from, to] = edges(state.layout, at).map(toX);
      const left = Math.max(0, from);
      painterOn(context, colors).outline(left, toY(levelOf(at)), Math.min(width, to) - left);
    }
  }

  function paint(painter, width, high) {
    const { tree } = state.layout;
    const found = app.searched();
    const { fn: selected } = app.store.get();
    const put = (i, level) => {
      const y = toY(level);
      if (y < -ROW || y > high) return;
      const [from, to] = edges(state.layout, i).map(toX);
      const x = Math.max(0, from);
      const fn = i < 0 ? -1 : tree.fn[i];
      const isMatch = found && fn >= 0 && found[fn];
      const isAbove = i !== state.zoomed && to - from > width + 1;
      painter.box({
        x,
        y,
        width: Math.min(width, to) - x,
        color: isMatch ? colors.match : fn < 0 ? colors.root : colors.swatches[app.model.functions.swatch[fn]],
        label: () => (fn < 0 ? "all" : app.model.functions.name(fn)),
        alpha: found && !isMatch ? 0.4 : isAbove ? 0.55 : 1,
        text: isMatch ? colors.matchText : colors.text,
      });
      if (fn >= 0 && fn === selected && to - x > 3) painter.outline(x, y, Math.min(width, to) - x);
    };
    put(-1, 0);
    visit(state.layout, [state.from, state.to], LEAST * perPixel(), put);
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
    const figure = (word, value) => `${word} ${amount(value)} (${percent(value, tree.sum)})`;
    if (i < 0) return `all · ${figure("total", tree.sum)}`;
    const { functions } = app.model;
    const fn = tree.fn[i];
    const figures = `${figure("total", tree.total[i])}, ${figure("self", tree.self[i])}`;
    return [functions.name(fn), functions.place(fn), figures].filter(Boolean).join(" · ");
  }

  function tell() {
    const at = state.hovered ?? state.current;
    app.status(state.layout.tree.sum ? describe(at) : "");
  }

  function look(from, to, scroll = state.scroll) {
    const { tree } = state.layout;
    const span = Math.min(tree.sum, Math.max(to - from, tree.sum * 1e-9));
    state.from = Math.min(Math.max(0, from), tree.sum - span);
    state.to = state.from + span;
    state.scroll = Math.min(Math.max(0, scroll), Math.max(0, height() - size()[1]));
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
    const high = size()[1];
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
      if (found[tree.fn[i]] && tree.total[i] > 0) {
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
  const view = { state, canvas, look, perPixel, pick, hover, zoomTo, openMenu, reveal, toX, toY, levelOf, redraw, tell, isIcicle };
  listenToPointer(view);
  canvas.addEventListener("keydown", (event) => moves(event, view, app));
  canvas.addEventListener("focus", redraw);
  canvas.addEventListener("blur", redraw);
  const watcher = new ResizeObserver(() => look(state.from, state.to));
  const unwatch = onScheme(() => {
    colors = colorsOf(app.model.functions.palette);
    redraw();
  });

  let orientation = null;
  return {
    update(next) {
      const tree = app.tree();
      const isNew = state.layout?.tree !== tree;
      state.layout = layoutOf(tree);
      const zoomed = boxOf(tree, next.zoom);
      if (isNew) state.current = zoomed;
      if (isNew || zoomed !== state.zoomed) look(...edges(state.layout, zoomed));
      if (isNew || orientation !== next.view) look(state.from, state.to, isIcicle() ? 0 : height());
      if (isNew) watcher.observe(place);
      orientation = next.view;
      state.zoomed = zoomed;
      canvas.setAttribute("aria-label", `${isIcicle() ? "Icicle" : "Flame graph"} of ${app.model.title}: ${app.format.amount(tree.sum)}`);
      tell();
      redraw();
    },
    destroy() {
      watcher.disconnect();
      unwatch();
      cancelAnimationFrame(state.pending);
    },
    find,
    toCanvas: () => canvas,
  };
}
