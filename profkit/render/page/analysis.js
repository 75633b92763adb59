// What the rankings show, computed from the columns of a call tree.
//
// A tree is {size, parent, fn, end, self, total}: nodes in depth-first order, so that the subtree of
// node i is the slice [i, end[i]). Values are whole numbers below 2^53, and so are their sums:
// figures are exact. What counts how is said in Python, in profkit/views; this is the same.

/**
 * Sum values by group, which `of` gives for each node (-1 for none): what nodes took themselves, and
 * what they took in all, of which a total counts the outermost occurrence of a group once.
 */
export function sums(tree, of, groups) {
  const { size, end, self, total } = tree;
  const answer = { self: new Float64Array(groups), total: new Float64Array(groups) };
  const reach = new Int32Array(groups); // one past the group's outermost occurrence met last
  for (let i = 0; i < size; i++) {
    const group = of[i];
    if (group < 0) continue;
    answer.self[group] += self[i];
    if (i >= reach[group]) {
      answer.total[group] += total[i];
      reach[group] = end[i];
    }
  }
  return answer;
}

/**
 * Sum self values by the group of who is responsible: the nearest caller, or the node itself, whose
 * function is owned by a package or the app. What nobody there called for stays where it is.
 */
export function charges(tree, of, groups, isOwned) {
  const { size, parent, fn, self, isHidden } = tree;
  const answer = new Float64Array(groups);
  const owner = new Int32Array(size);
  for (let i = 0; i < size; i++) {
    owner[i] = isOwned[fn[i]] && !isHidden?.[fn[i]] ? i : parent[i] < 0 ? -1 : owner[parent[i]];
    const group = of[owner[i] < 0 ? i : owner[i]];
    if (group >= 0) answer[group] += self[i];
  }
  return answer;
}
