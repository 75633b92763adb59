// Lanes of the chart: one for each thread that has samples, as high as its deepest stack.

const NONE = -1;

/**
 * Return the lanes of the chosen threads: {thread, top, height, nodeOf(row)}, where `nodeOf` is the
 * node of `tree` that a row shows, -1 where it shows nothing.
 */
export function lanesOf(model, state, tree, { isKept }, rowHeight) {
  const isIdle = model.functions.kinds.indexOf("idle");
  const shows = (node) => isKept[node] && (state.idle || model.functions.kind[model.tree.fn[node]] !== isIdle);
  let top = 0;
  const lanes = [];
  model.threads.forEach((thread, number) => {
    if (!thread.time?.length || (state.threads && !state.threads.includes(number))) return;
    const nodeOf = (row) => {
      const node = thread.node[row];
      return shows(node) ? (tree.of ? tree.of[node] : node) : NONE;
    };
    const height = (levelsOf(thread, tree, nodeOf) + 2) * rowHeight;
    lanes.push({ thread, number, top, height, nodeOf });
    top += height;
  });
  return lanes;
}

function levelsOf(thread, tree, nodeOf) {
  let levels = 0;
  for (let row = 0; row < thread.node.length; row++) {
    const node = nodeOf(row);
    if (node >= 0 && tree.depth[node] >= levels) levels = tree.depth[node] + 1;
  }
  return levels;
}
