// The chart: what each thread called, by time.
import { boxActions } from "profkit/actions";
import { kept } from "profkit/derive";
import { element } from "profkit/dom";
import { duration } from "profkit/format";
import { lanesOf } from "profkit/lanes";
import { ROW, colorsOf, onScheme, painterOn, scrollbar, sized } from "profkit/painter";
import { listenToPointer, zoomAt } from "profkit/pointer";
import { marks, stretchesOf, visitBoxes } from "profkit/stretches";

const AXIS = 20;
const LEAST = 0.3;

/** Mount the view. */
export function mount(place, app) {
  const canvas = element("canvas", { tabindex: "0", role: "application", "aria-roledescription": "flame chart", "aria-describedby": "status" });
  place.append(canvas);
  const { model } = app;
  const state = { tree: null, lanes: [], from: 0, to: 1, scroll: 0, width: 1, height: 1, hovered: null, pending: 0 };
  let colors = colorsOf(model.functions.palette);
  const wholeHeight = () => state.lanes.reduce((sum, lane) => sum + lane.height, AXIS);
  const perPixel = () => (state.to - state.from) / state.width;
  const toX = (time) => (time - state.from) / perPixel();

  function redraw() {
    state.pending ||= requestAnimationFrame(() => {
      state.pending = 0;
      draw();
    });
  }

  function draw() {
    const context = sized(canvas, state.width, state.height);
    const painter = painterOn(context, colors);
    painter.fill(0, 0, state.width, state.height, colors.page);
    paint(painter, colors);
    scrollbar(painter, colors, state, wholeHeight());
  }

  function paint(painter, colors) {
    for (const lane of state.lanes) paintLane(painter, colors, lane);
    paintAxis(painter, colors);
  }

  /** Paint all lanes of what is in sight from left to right. */
  function paintWhole(painter, colors) {
    const { scroll, height } = state;
    Object.assign(state, { scroll: 0, height: wholeHeight() });
    paint(painter, colors);
    Object.assign(state, { scroll, height });
  }

  function paintLane(painter, colors, lane) {
    const { tree, width, height } = state;
    const top = AXIS + lane.top - state.scroll;
    if (top > height || top + lane.height < 0) return;
    painter.text(6, top + 14, lane.thread.name.slice(0, 200), colors.text, true);
    const found = app.searched();
    const selected = app.store.get().fn;
    const stretches = stretchesOf(lane.thread, [state.from, state.to], width, lane.nodeOf);
    visitBoxes(tree, stretches, (node, level, begin, end) => {
      const y = top + (level + 1) * ROW;
      if (y < -ROW || y > height) return;
      const x = Math.max(0, toX(begin));
      const right = Math.min(width, toX(end));
      if (right - x < LEAST) return;
      const fn = tree.fn[node];
      const isMatch = found?.[fn];
      painter.box(x, y, right - x, {
        color: isMatch ? colors.match : colors.swatches[model.functions.swatch[fn]],
        label: model.functions.name(fn),
        alpha: found && !isMatch ? 0.4 : 1,
        text: isMatch ? colors.matchText : colors.text,
      });
      const isHovered = state.hovered?.node === node && state.hovered.begin <= end && state.hovered.begin >= begin;
      if (isHovered || (fn === selected && right - x > 3)) painter.outline(x, y, right - x);
    });
  }

  function paintAxis(painter, colors) {
    painter.fill(0, 0, state.width, AXIS, colors.page);
    for (const { at, words } of marks([state.from, state.to], state.width)) {
      const x = Math.round(toX(at));
      painter.fill(x, 0, 1, AXIS, colors.line);
      painter.text(x + 4, 13, words, colors.soft);
    }
  }

  /** Return the box at a place: {node, lane, begin, end}, null where there is none. */
  function pick(x, y) {
    const down = y - AXIS + state.scroll;
    const lane = y < AXIS ? null : state.lanes.find(({ top, height }) => down >= top && down < top + height);
    if (!lane) return null;
    const wanted = Math.floor((down - lane.top) / ROW) - 1;
    const time = state.from + x * perPixel();
    let hit = null;
    const stretches = stretchesOf(lane.thread, [state.from, state.to], state.width, lane.nodeOf);
    visitBoxes(state.tree, stretches, (node, level, begin, end) => {
      if (level === wanted && begin <= time && time < end) hit = { node, lane, begin, end };
    });
    return hit;
  }

  function hover(hit) {
    if (hit?.node === state.hovered?.node && hit?.begin === state.hovered?.begin) return;
    state.hovered = hit;
    tell();
    redraw();
  }

  function tell() {
    const hit = state.hovered;
    if (!hit) {
      app.status(`${duration(state.from)} to ${duration(state.to)}`);
      return;
    }
    const { functions } = model;
    const fn = state.tree.fn[hit.node];
    const when = `${duration(hit.end - hit.begin)} from ${duration(hit.begin)} on`;
    app.status([functions.name(fn), functions.place(fn), when, hit.lane.thread.name].filter(Boolean).join(" · "));
  }

  function look(from, to, scroll = state.scroll) {
    const [first, last] = app.store.get().range ?? [0, model.span];
    const span = Math.min(last - first, Math.max(to - from, 1000));
    state.from = Math.min(Math.max(first, from), last - span);
    state.to = state.from + span;
    state.scroll = Math.min(Math.max(0, scroll), Math.max(0, wholeHeight() - state.height));
    tell();
    redraw();
  }

  function zoomTo(hit) {
    app.select(state.tree.fn[hit.node]);
    look(hit.begin, hit.end);
  }

  const openMenu = (hit, x, y) =>
    app.menu(
      [
        ...boxActions(app, state.tree, hit.node, () => zoomTo(hit)),
        null,
        { label: "Look at this time alone", action: () => app.store.set({ range: [hit.begin, Math.ceil(hit.end)] }) },
      ],
      { x, y, back: canvas },
    );
  const view = { state, canvas, look, perPixel, pick, hover, zoomTo, openMenu };
  listenToPointer(view);
  canvas.addEventListener("keydown", onKey);

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = (state.to - state.from) / 8;
    const actions = {
      ArrowLeft: () => look(state.from - step, state.to - step),
      ArrowRight: () => look(state.from + step, state.to + step),
      ArrowUp: () => look(state.from, state.to, state.scroll - 3 * ROW),
      ArrowDown: () => look(state.from, state.to, state.scroll + 3 * ROW),
      "+": () => zoomAt(view, state.width / 2, 0.7),
      "=": () => zoomAt(view, state.width / 2, 0.7),
      "-": () => zoomAt(view, state.width / 2, 1 / 0.7),
      Home: () => look(0, model.span, 0),
      Escape: () => look(0, model.span),
    };
    if (!actions[event.key]) return;
    actions[event.key]();
    event.preventDefault();
  }

  function measure() {
    state.width = Math.max(1, place.clientWidth);
    state.height = place.clientHeight;
  }

  const watcher = new ResizeObserver(() => {
    measure();
    look(state.from, state.to);
  });
  const unwatch = onScheme(() => {
    colors = colorsOf(model.functions.palette);
    redraw();
  });
  let shownRange = null;
  return {
    update(next) {
      const isFirst = state.tree === null;
      measure();
      state.tree = app.tree();
      state.lanes = lanesOf(model, next, state.tree, kept(model, next), ROW);
      const range = next.range ?? [0, model.span];
      if (isFirst || String(range) !== shownRange) look(...range, isFirst ? 0 : state.scroll);
      shownRange = String(range);
      if (isFirst) watcher.observe(place);
      canvas.setAttribute("aria-label", `Calls of ${state.lanes.length} threads by time, ${duration(model.span)}`);
      look(state.from, state.to);
    },
    destroy() {
      watcher.disconnect();
      unwatch();
      cancelAnimationFrame(state.pending);
    },
    picture: () => ({ title: model.title, width: state.width, height: wholeHeight(), paint: paintWhole }),
  };
}
