// What can be done with a function, from any view's menu.

const copy = (text) => navigator.clipboard?.writeText(text);

/** Return the menu's items for a function, which `more` items stand before. */
export function functionActions(app, fn, more = []) {
  const { functions } = app.model;
  const filter = (kind) => () => app.filter(kind, `#${fn}`);
  const items = [
    ...more,
    { label: "Focus: only stacks with it", action: filter("focus") },
    { label: "Ignore: only stacks without it", action: filter("ignore") },
    { label: "Hide: give its time to its callers", action: filter("hide") },
    null,
  ];
  if (app.has("butterfly")) {
    items.push({ label: "Show callers and callees", action: () => app.show("butterfly", { fn }) });
  }
  const place = [functions.file(fn), functions.line[fn] > 0 && functions.line[fn]].filter(Boolean).join(":");
  items.push({ label: "Copy name", action: () => copy(functions.name(fn)) });
  if (place) items.push({ label: "Copy place", action: () => copy(place) });
  return items;
}

/** Return the menu's items for a box of a tree; -1 is the box of all. */
export function boxActions(app, tree, i, zoomTo) {
  if (i < 0) return [{ label: "Zoom out", action: () => zoomTo(-1) }];
  const stack = { label: "Copy stack", action: () => copy(stackOf(app.model, tree, i)) };
  return [...functionActions(app, tree.fn[i], [{ label: "Zoom to it", action: () => zoomTo(i) }]), stack];
}

/** Return a stack as text, the root first, one function a line. */
export function stackOf({ functions }, tree, i) {
  const lines = [];
  for (let j = i; j >= 0; j = tree.parent[j]) {
    const fn = tree.fn[j];
    lines.push([functions.name(fn), functions.place(fn)].filter(Boolean).join("  "));
  }
  return lines.reverse().join("\n");
}
