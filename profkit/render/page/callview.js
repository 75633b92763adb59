// A view of one tree table, with its tools: the heavy table and the tree.
import { functionColumns } from "profkit/cells";
import { createCallTable } from "profkit/calltable";
import { cellsOf } from "profkit/copying";
import { element } from "profkit/dom";
import { callsOf } from "profkit/groups";
import { button, byPicker, changes, count, exporting, nothing, scaleOf, toolbar } from "profkit/tools";

/**
 * Mount a view. `sourceOf(tree, groups)` is one of calls.js, `figures(scale)` are the columns before
 * the names.
 */
export function mountCalls(host, app, { name, label, isInverted, sourceOf, figures }) {
  const { model } = app;
  const scale = scaleOf(app);
  const by = byPicker(app);
  let table = null;
  let columns = [];
  let calls = null; // the tree of what rows are about
  let seen = {}; // what is shown: {tree, by, label, sort, found}
  const tools = toolbar(
    by.element,
    button("Open the heaviest path", () => table.openHeaviest(), { title: "From the selected row on (e)" }),
    button("Close all", () => table.closeAll()),
    ...exporting(app, name, () => cellsOf(withLevel(columns), table.rows())),
  );
  const place = element("div", { class: "fill" });
  host.append(element("section", { class: "view" }, tools.element, place));

  function makeTable(state) {
    table?.destroy();
    const isFunction = state.by === "function";
    const nameOf = (row) => calls.name(row.fn);
    const nameColumn = { key: "name", title: state.by, kind: "name", order: 1, cell: (row) => ({ text: nameOf(row) }) };
    columns = [...figures(scale), ...(isFunction ? functionColumns(model) : [nameColumn])];
    table = createCallTable(place, app, {
      label: `${label} by ${state.by}`,
      columns,
      by: state.by,
      nameOf,
      fnOf: (row) => calls.fn(row.fn),
      isInverted,
      first: "total",
      select: (row) => isFunction && app.select(row.fn),
      open: (row) => isFunction && app.show("butterfly", { fn: row.fn }),
      drawn: (rows) => tools.say(count(rows.length, "row")),
    });
  }

  function update(state) {
    const tree = app.tree();
    scale.update();
    by.update(state);
    const now = { tree, by: state.by, label: scale.format.label, sort: state.sort, searched: app.searched() };
    const isNew = changes(now, seen);
    if (isNew("by", "label")) makeTable(state);
    if (isNew("tree", "by", "label")) {
      calls = callsOf(model, state, tree);
      const source = sourceOf(calls.tree, calls.count);
      table.show(source, { sort: state.sort, found: calls.matched(now.searched), why: nothing(app) });
      if (!seen.tree && state.fn !== null && state.by === "function") table.reveal(state.fn);
    } else if (isNew("sort", "searched")) {
      table.change({ sort: state.sort, found: calls.matched(now.searched) });
    }
    seen = now;
  }

  return { update, find: (step) => table.find(step), destroy: () => table?.destroy() };
}

/** Put before the columns of a tree, for its copies, the level of each row. */
function withLevel(columns) {
  return [{ title: "level", kind: "figure", cell: () => ({}), value: (row) => row.level }, ...columns];
}
