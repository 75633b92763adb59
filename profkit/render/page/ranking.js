// The flat table: which functions, files, packages or kinds of code take the time.
import { charges, sums } from "profkit/analysis";
import { clicked, comparison, figureColumns, functionColumns, sideColumns, sortOf, stateColumn } from "profkit/cells";
import { share } from "profkit/change";
import { cellsOf, copy, toTsv } from "profkit/copying";
import { element } from "profkit/dom";
import { groupsOf, matchedGroups, owned } from "profkit/groups";
import { rowItems } from "profkit/rowmenu";
import { createTable } from "profkit/table";
import { byPicker, changes, count, exporting, nothing, scaleOf, toolbar } from "profkit/tools";

export function mount(host, app) {
  const { model, store } = app;
  const isOwned = owned(model);
  const scale = scaleOf(app);
  const by = byPicker(app);
  let table = null;
  let columns = [];
  let rows = [];
  let ranked = { rows: [] };
  let seen = {}; // what is shown: {tree, by, label, sort, found}
  const tools = toolbar(
    by.element,
    ...exporting(app, "ranking", () => cellsOf(columns, rows)),
  );
  const place = element("div", { class: "fill" });
  host.append(element("section", { class: "view" }, tools.element, place));

  const on = {
    select: (row) => row.fn >= 0 && app.select(row.fn),
    open: (row) => row.fn >= 0 && app.show("butterfly", { fn: row.fn }),
    menu: (row, at) => app.menu(itemsOf(row), { ...at, back: place.querySelector(".table") }),
    sort: (key) => store.set({ sort: clicked(key, columns, orderOf(store.get())) }),
    copy: (row) => copy(toTsv(...cellsOf(columns, [row]))),
  };

  const itemsOf = (row) =>
    rowItems(app, { ...row, by: store.get().by }, [{ label: "Copy row", action: () => on.copy(row) }]);

  const orderOf = (state) => sortOf(state.sort, columns, model.sides ? "chargedChange" : "self");

  function makeTable(state) {
    table?.destroy();
    columns = [
      ...(model.sides ? bothSides(scale) : oneSide(scale)),
      ...(state.by === "function"
        ? functionColumns(model)
        : [{ key: "name", title: state.by, kind: "name", order: 1, cell: (row) => ({ text: row.name }) }]),
    ];
    table = createTable(place, { label: `Ranking by ${state.by}`, columns, on });
  }

  function update(state) {
    scale.update();
    by.update(state);
    const now = { tree: app.tree(), by: state.by, label: scale.format.label, sort: state.sort, found: app.searched() };
    const isNew = changes(now, seen);
    if (isNew("by", "label")) makeTable(state);
    if (isNew("tree", "by")) ranked = rank(model, state, now.tree, isOwned);
    if (isNew("tree", "by", "label", "sort", "found")) {
      rows = matching(ranked, now.found).sort(comparison(orderOf(state), columns, byName));
    }
    seen = now;
    const at = rows.findIndex((row) => row.fn >= 0 && row.fn === state.fn);
    table.show(rows, { sort: orderOf(state), note: note(), at: at >= 0 ? at : table.index });
    const all = count(ranked.rows.length, state.by);
    tools.say(rows.length < ranked.rows.length ? `${rows.length.toLocaleString("en-US")} of ${all} shown` : all);
  }

  const note = () => (ranked.rows.length ? "Nothing that took time matches the search." : nothing(app));

  return {
    update,
    find: (step) => rows.length && table.go((table.index + step + rows.length) % rows.length),
    destroy: () => table?.destroy(),
  };
}

const oneSide = (scale) => [
  ...figureColumns(scale, "self"),
  ...figureColumns(scale, "charged", { isShort: true }),
  ...figureColumns(scale, "total"),
];

const bothSides = (scale) => [
  ...sideColumns(scale, "charged"),
  ...sideColumns(scale, "self", { isShort: true }),
  ...sideColumns(scale, "total", { isShort: true }),
  stateColumn,
];

// Functions are numbered in the order of their names.
const byName = (a, b) => (a.fn >= 0 ? a.fn - b.fn : a.name < b.name ? -1 : 1);

/** Return {rows, groups}: the groups that took anything. */
export function rank(model, state, tree, isOwned) {
  const groups = groupsOf(model, state, tree);
  const found = figuresOf(groups.tree, groups, isOwned);
  const { base } = groups.tree;
  const before = base && figuresOf({ ...groups.tree, self: base.self, total: base.total }, groups, isOwned);
  const wholes = [tree.base?.sum, tree.sum];
  const rows = [];
  for (let group = 0; group < groups.count; group++) {
    if (!found.total[group] && !before?.total[group]) continue;
    const row = { group, fn: groups.fn(group), name: groups.name(group) };
    for (const key of FIGURES) row[key] = found[key][group];
    if (before) addBase(row, before, wholes);
    rows.push(row);
  }
  return { rows, groups };
}

const FIGURES = ["self", "charged", "total"];

function figuresOf(tree, groups, isOwned) {
  const charged = charges(tree, groups.of, groups.count, isOwned);
  return { ...sums(tree, groups.of, groups.count), charged };
}

/** Add to a row what it took on the side of the base, and by how much its shares changed. */
function addBase(row, before, [wholeBase, whole]) {
  for (const key of FIGURES) {
    row[`${key}Base`] = before[key][row.group];
    row[`${key}Change`] = share(row[key], whole) - share(row[`${key}Base`], wholeBase);
  }
}

/** Return the rows of groups that have a function that is searched for. */
function matching({ rows, groups }, found) {
  if (!found) return [...rows];
  const isFound = matchedGroups(groups, found);
  return rows.filter(({ group }) => isFound[group]);
}
