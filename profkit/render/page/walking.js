// The keyboard in a flame graph: from box to box as they lie.
import { edges } from "profkit/layout";
import { zoomAt } from "profkit/pointer";

/** Act on a key that was pressed in the picture. */
export function moves(event, view, app) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { state } = view;
  const { layout, current } = state;
  const caller = () => view.reveal(current < 0 ? -1 : layout.tree.parent[current]);
  const callee = () => view.reveal(widestCallee(layout, current));
  const middle = () => view.toX(edges(layout, current).reduce((a, b) => a + b) / 2);
  const actions = {
    ArrowUp: state.icicle ? caller : callee,
    ArrowDown: state.icicle ? callee : caller,
    ArrowLeft: () => view.reveal(neighbour(view, -1)),
    ArrowRight: () => view.reveal(neighbour(view, 1)),
    Home: () => view.reveal(-1),
    Enter: () => view.zoomTo(current),
    " ": () => view.zoomTo(current),
    Escape: () => view.zoomTo(-1),
    "+": () => zoomAt(view, middle(), 0.7),
    "=": () => zoomAt(view, middle(), 0.7),
    "-": () => zoomAt(view, middle(), 1 / 0.7),
    m: () => openMenuAt(view),
    ContextMenu: () => openMenuAt(view),
  };
  const action = actions[event.key];
  if (!action || !state.layout.whole) return;
  state.hovered = null; // the pointer only lies there
  action();
  event.preventDefault();
}

function openMenuAt(view) {
  const { current, layout } = view.state;
  const { left, top } = view.canvas.getBoundingClientRect();
  const x = Math.max(0, view.toX(edges(layout, current)[0]));
  view.openMenu(current, left + x + 8, top + view.toY(view.levelOf(current)) + 18);
}

function widestCallee({ tree, wide }, i) {
  const limit = i < 0 ? tree.size : tree.end[i];
  let best = i;
  for (let j = i + 1; j < limit; j = tree.end[j]) {
    if (best === i || wide[j] > wide[best]) best = j;
  }
  return best >= 0 && wide[best] > 0 ? best : i;
}

/** Return the next box of the same level that is at least a pixel wide. */
function neighbour({ state, perPixel }, step) {
  const { layout, current, from, to } = state;
  const { tree } = layout;
  if (current < 0) return current;
  for (let j = current + step; j >= 0 && j < tree.size; j += step) {
    if (tree.depth[j] !== tree.depth[current] || layout.wide[j] < perPixel()) continue;
    const [start, end] = edges(layout, j);
    if (end > from && start < to) return j;
  }
  return current;
}
