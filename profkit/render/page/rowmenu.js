// What can be done with a row: the items of its menu.
import { functionActions } from "profkit/actions";
import { patternOf } from "profkit/groups";

const LIBRARIES = ["shared-library", "native", "builtin"]; // kinds whose files are no source

/**
 * Return the items for a row about the function `fn`, or (-1) the group `name` of `by`; `more` are
 * those of the table itself. `zoom` is where the flame graph shows it, if it is one stack.
 */
export function rowItems(app, { fn, name, by, zoom = "" }, more) {
  if (fn >= 0) {
    const { functions } = app.model;
    const file = !LIBRARIES.includes(functions.kindName(fn)) && functions.file(fn);
    const elsewhere = [{ label: "Show in the flame graph", action: () => app.show("flame", { fn, zoom }) }];
    if (file) elsewhere.push({ label: "Show the lines of its file", action: () => app.show("lines", { fn, file }) });
    return [...functionActions(app, fn, [...elsewhere, null]), null, ...more];
  }
  const pattern = patternOf(app.model, by, name);
  if (!pattern) return more;
  return [
    { label: "Focus: only stacks with it", action: () => app.filter("focus", pattern) },
    { label: "Ignore: only stacks without it", action: () => app.filter("ignore", pattern) },
    { label: "Hide: give its time to its callers", action: () => app.filter("hide", pattern) },
    null,
    ...more,
  ];
}
