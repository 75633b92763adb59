// Files, and the lines of one of them: what each took, beside the source where the recording has it.
import { clicked, comparison, figureColumns, sortOf } from "profkit/cells";
import { cellsOf, copy, toTsv } from "profkit/copying";
import { element } from "profkit/dom";
import { framesTree, owned } from "profkit/groups";
import { filesOf, linesOf, rankFiles } from "profkit/sourcelines";
import { createTable } from "profkit/table";
import { changes, count, exporting, nothing, scaleOf, toolbar } from "profkit/tools";

const LONGEST = 500; // letters of a line that are shown: it may be a whole bundle

export function mount(host, app) {
  const { model, store } = app;
  const { functions } = model;
  const isOwned = owned(model);
  const scale = scaleOf(app);
  let seen = {};
  let ranked = { rows: [], elsewhere: 0 };
  let files = [];
  let lines = [];
  let [fileColumns, lineColumns] = [[], []];
  let [fileTable, lineTable] = [null, null];
  const fileTools = toolbar(...exporting(app, "files", () => cellsOf(fileColumns, files)));
  const lineTools = toolbar(...exporting(app, "lines", () => cellsOf(lineColumns, lines)));
  const title = element("h3", {});
  const note = element("p", { class: "note" });
  const [above, below] = [element("div", { class: "fill" }), element("div", { class: "fill" })];
  host.append(element(
    "section",
    { class: "view sources" },
    element("section", { class: "side", "aria-label": "Files" }, fileTools.element, above),
    element("section", { class: "side", "aria-label": "Lines" }, title, note, lineTools.element, below),
  ));

  const orderOf = (state) => sortOf(state.sort, fileColumns, "self");

  function makeTables() {
    fileTable?.destroy();
    lineTable?.destroy();
    const figures = [
      ...figureColumns(scale, "self"),
      ...figureColumns(scale, "charged", { isShort: true }),
      ...figureColumns(scale, "total"),
    ];
    fileColumns = [...figures, { key: "name", title: "file", kind: "name", order: 1, cell: (row) => ({ text: row.name }) }];
    lineColumns = [
      ...figures.map((column) => ({ ...column, order: 0 })),
      { key: "line", title: "line", kind: "number", cell: (row) => ({ text: String(row.line) }), value: (row) => row.line },
      { key: "source", title: "source", kind: "source", cell: (row) => ({ text: row.source.slice(0, LONGEST) }), value: (row) => row.source },
    ];
    fileTable = createTable(above, {
      label: "Files",
      columns: fileColumns,
      on: {
        select: (row) => store.set({ file: row.name }, { replace: true }),
        sort: (key) => store.set({ sort: clicked(key, fileColumns, orderOf(store.get())) }),
        copy: (row) => copy(toTsv(...cellsOf(fileColumns, [row]))),
      },
    });
    lineTable = createTable(below, {
      label: "Lines",
      columns: lineColumns,
      on: { copy: (row) => copy(toTsv(...cellsOf(lineColumns, [row]))) },
    });
  }

  function update(state) {
    const now = { tree: app.tree(), label: null, file: state.file, sort: state.sort, found: app.searched(), fn: state.fn };
    scale.update();
    now.label = scale.format.label;
    const isNew = changes(now, seen);
    if (isNew("label")) makeTables();
    if (isNew("tree")) {
      const tree = framesTree(model, state);
      const fileOf = filesOf(model, tree);
      ranked = { tree, fileOf, ...rankFiles(model, tree, fileOf, isOwned) };
    }
    if (isNew("tree", "label", "sort", "found", "file")) {
      showFiles(state);
      showLines(chosen(state));
    }
    seen = now;
  }

  function showFiles(state) {
    const order = orderOf(state);
    const found = app.searched();
    files = found ? ranked.rows.filter(({ file }) => hasFunction(file, found)) : [...ranked.rows];
    files.sort(comparison(order, fileColumns, (a, b) => (a.name < b.name ? -1 : 1)));
    const why = ranked.rows.length ? "No file matches the search." : "The recording names no source files.";
    fileTable.show(files, { sort: order, note: scale.sum ? why : nothing(app), at: files.indexOf(chosen(state)) });
    const share = ranked.elsewhere ? `; ${scale.format.percent(ranked.elsewhere, scale.sum)} in code without a source` : "";
    fileTools.say(`${count(files.length, "file")}${share}`);
  }

  const hasFunction = (file, found) => functions.fileOf.some((one, fn) => one === file && found[fn]);

  /** Return the row of the file that is looked at: the one asked for, else that of the function, else the first. */
  function chosen({ file, fn }) {
    const ofFunction = fn === null ? -1 : functions.fileOf[fn];
    return (
      files.find((row) => row.name === file) ??
      (file ? undefined : files.find((row) => row.file === ofFunction)) ??
      files[0]
    );
  }

  function showLines(row) {
    title.textContent = row?.name ?? "";
    title.title = row?.name.slice(0, 1000) ?? "";
    const figures = row ? linesOf(ranked.tree, ranked.fileOf, row.file, isOwned) : new Map();
    const text = row && Object.hasOwn(model.sources, row.name) ? textLines(model.sources[row.name]) : null;
    lines = rowsOf(figures, text);
    const hottest = lines.reduce((best, one, n) => (one.self > (lines[best]?.self ?? 0) ? n : best), 0);
    lineTable.show(lines, { at: -1 });
    if (lines.length) lineTable.go(hottest, { isCentred: true });
    note.textContent = row ? remarks(row, figures, text).join(" ") : "";
    lineTools.say(count(lines.length, "line"));
  }

  /** Say what is not known of a file's lines. */
  function remarks(row, figures, text) {
    const placed = [...figures.values()].reduce((sum, { self }) => sum + self, 0);
    const said = [];
    if (!figures.size) said.push("The recording tells no lines of it, only functions.");
    else if (placed !== row.self) said.push(`Without a known line: ${scale.format.amount(row.self - placed)}.`);
    if (!text) said.push("The recording does not hold its text.");
    return said;
  }

  return {
    update,
    find: (step) => files.length && fileTable.go((fileTable.index + step + files.length) % files.length),
    destroy() {
      fileTable?.destroy();
      lineTable?.destroy();
    },
  };
}

function textLines(text) {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Return a row for each line of the text, and for those beyond it that took something. */
function rowsOf(figures, text) {
  const none = { self: 0, charged: 0, total: 0 };
  const rows = (text ?? []).map((source, n) => ({ line: n + 1, source, ...(figures.get(n + 1) ?? none) }));
  const beyond = [...figures].filter(([line]) => line > rows.length).sort(([one], [other]) => one - other);
  return [...rows, ...beyond.map(([line, took]) => ({ line, source: "", ...took }))];
}
