// Rows under rows: the heavy table, the tree, and both sides of a butterfly. See profkit/views, which
// this agrees with.
//
// A row is {fn, self, total, nodes, values}: it stands for `nodes` of a tree, each of which brings its
// share of the total, `values`. Siblings in the tree may be of one function (their frames differ), so
// every row merges. Rows are made when the one above them is expanded, never before: a tree of a
// million nodes has as many rows.
//
// A source of rows is {whole, roots(), children(row), hasChildren(row), leadsTo(isMatch)}, with the
// rows of a level in no order; `leadsTo` returns what tells of a row whether a row below it is of a
// function that matches.

/** Return the source of rows from the roots of the stacks down. */
export function topDown(tree, groups) {
  return downwards(tree, groups, tree.total, rootsOf(tree), sum(tree.self));
}

/** Return the source of rows from where the time is spent up to who called for it. */
export function bottomUp(tree, groups) {
  const all = new Int32Array(tree.size);
  let count = 0;
  for (let i = 0; i < tree.size; i++) if (tree.self[i] !== 0) all[count++] = i;
  const leaves = all.subarray(0, count);
  return upwards(tree, groups, leaves, pick(tree.self, leaves), sum(tree.self));
}

/**
 * Return one function in the middle, over all its occurrences: what it took, who calls it, what it
 * calls. From outside, all that lies between its outermost and its innermost occurrence on a stack
 * is its own affair, so that callers and what no caller is known of sum to its total, and so do
 * callees and its self value. `isWanted` tells by function.
 */
export function butterfly(tree, groups, isWanted) {
  const { size, parent, fn, end, self, total } = tree;
  const outermost = [];
  let reach = 0;
  let recursive = 0;
  const figures = { self: 0, total: 0, root: 0, recursive: 0 };
  for (let i = 0; i < size; i++) {
    if (!isWanted[fn[i]]) continue;
    figures.self += self[i];
    if (i >= reach) {
      outermost.push(i);
      figures.total += total[i];
      if (parent[i] < 0) figures.root += total[i];
      reach = end[i];
    } else if (i >= recursive) {
      figures.recursive += total[i];
      recursive = end[i];
    }
  }
  const called = outermost.filter((i) => parent[i] >= 0 && total[i] !== 0);
  const up = meet(size, called.map((i) => parent[i]), called.map((i) => total[i]));
  return {
    ...figures,
    whole: sum(self),
    callers: upwards(tree, groups, up.nodes, up.values, figures.total),
    callees: callees(tree, groups, isWanted, figures.total),
  };
}

/** Return what lies below each occurrence of a function, up to the next one below it. */
function callees(tree, groups, isWanted, whole) {
  const { size, parent, fn, self } = tree;
  const total = Float64Array.from(self); // without what is in an occurrence further below
  const first = [];
  for (let i = size - 1; i >= 0; i--) {
    if (isWanted[fn[i]]) {
      total[i] = 0;
    } else if (parent[i] >= 0 && isWanted[fn[parent[i]]]) {
      first.push(i);
    } else if (parent[i] >= 0) {
      total[parent[i]] += total[i];
    }
  }
  return downwards(tree, groups, total, Int32Array.from(first.reverse()), whole);
}

function downwards(tree, groups, total, roots, whole) {
  const { size, parent, fn, end, self } = tree;
  const parted = parting(fn, groups);
  const rows = (nodes) => {
    const kept = nodes.filter((i) => total[i] !== 0);
    return parted(kept, pick(total, kept)).map((row) => ({ ...row, self: sum(pick(self, row.nodes)) }));
  };
  return {
    whole,
    roots: () => rows(roots),
    children: (row) => rows(childrenOf(row.nodes, end)),
    hasChildren: (row) => row.total !== row.self,
    leadsTo(isMatch) {
      const below = new Uint8Array(size); // by node, whether a match is below it
      for (let i = size - 1; i >= 0; i--) {
        if (total[i] !== 0 && parent[i] >= 0 && (below[i] || isMatch[fn[i]])) below[parent[i]] = 1;
      }
      return (row) => row.nodes.some((i) => below[i]);
    },
  };
}

function upwards(tree, groups, nodes, values, whole) {
  const { size, parent, fn } = tree;
  const parted = parting(fn, groups);
  const rows = (here, brought, isLeaf) =>
    parted(here, brought).map((row) => ({ ...row, self: isLeaf ? row.total : 0 }));
  return {
    whole,
    roots: () => rows(nodes, values, true),
    children(row) {
      const callers = meet(size, row.nodes.map((i) => parent[i]), row.values);
      return rows(callers.nodes, callers.values, false);
    },
    hasChildren: (row) => row.nodes.some((i) => parent[i] >= 0),
    leadsTo(isMatch) {
      const above = new Uint8Array(size); // by node, whether it or a caller of it is a match
      for (let i = 0; i < size; i++) above[i] = isMatch[fn[i]] || (parent[i] >= 0 && above[parent[i]]);
      return (row) => row.nodes.some((i) => parent[i] >= 0 && above[parent[i]]);
    },
  };
}

/** Return what parts nodes, each with its value, into rows by function. */
function parting(fn, groups) {
  const count = new Int32Array(groups); // zero between calls
  const place = new Int32Array(groups);
  return (nodes, values) => {
    const found = [];
    for (let n = 0; n < nodes.length; n++) if (count[fn[nodes[n]]]++ === 0) found.push(fn[nodes[n]]);
    let end = 0;
    for (const group of found) {
      place[group] = end;
      end += count[group];
    }
    const sorted = new Int32Array(nodes.length);
    const brought = new Float64Array(nodes.length);
    for (let n = 0; n < nodes.length; n++) {
      const group = fn[nodes[n]];
      sorted[place[group]] = nodes[n];
      brought[place[group]++] = values[n];
    }
    return found.map((group) => {
      const [from, to] = [place[group] - count[group], place[group]];
      count[group] = 0;
      const own = brought.subarray(from, to);
      return { fn: group, total: sum(own), nodes: sorted.subarray(from, to), values: own };
    });
  };
}

let slots = new Int32Array(0); // zero between calls

/** Let values that reach the same node go on as one; -1 is no node. */
function meet(size, nodes, values) {
  if (slots.length < size) slots = new Int32Array(size);
  const met = new Int32Array(nodes.length);
  const sums = new Float64Array(nodes.length);
  let count = 0;
  for (let n = 0; n < nodes.length; n++) {
    const node = nodes[n];
    if (node < 0) continue;
    if (!slots[node]) {
      met[count] = node;
      slots[node] = ++count;
    }
    sums[slots[node] - 1] += values[n];
  }
  for (let n = 0; n < count; n++) slots[met[n]] = 0;
  return { nodes: met.subarray(0, count), values: sums.subarray(0, count) };
}

function childrenOf(nodes, end) {
  let count = 0;
  for (const node of nodes) for (let i = node + 1; i < end[node]; i = end[i]) count++;
  const answer = new Int32Array(count);
  let place = 0;
  for (const node of nodes) for (let i = node + 1; i < end[node]; i = end[i]) answer[place++] = i;
  return answer;
}

function rootsOf(tree) {
  const answer = [];
  for (let i = 0; i < tree.size; i = tree.end[i]) answer.push(i);
  return Int32Array.from(answer);
}

function pick(column, indexes) {
  const answer = new Float64Array(indexes.length);
  for (let n = 0; n < indexes.length; n++) answer[n] = column[indexes[n]];
  return answer;
}

function sum(values) {
  let answer = 0;
  for (let n = 0; n < values.length; n++) answer += values[n];
  return answer;
}
