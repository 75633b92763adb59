// Keys that work wherever the focus is; each view has its own besides.
import { showHelp } from "profkit/help";

/** Listen to the keys of the whole page. */
export function listenToKeys(app, views, header) {
  const { store } = app;
  const actions = {
    "?": showHelp,
    "/": header.focusSearch,
    n: () => app.shown().find?.(1),
    N: () => app.shown().find?.(-1),
    Backspace: header.removeLastFilter,
  };
  document.addEventListener("keydown", (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === "f" && !header.isSearching()) header.focusSearch();
    else if (isCommand || event.altKey || isTyping(event.target)) return;
    else if (/^[1-9]$/.test(event.key) && views[event.key - 1]) store.set({ view: views[event.key - 1].name });
    else if (actions[event.key]) actions[event.key]();
    else return;
    event.preventDefault();
  });
}

const isTyping = (target) => target.matches?.("input, select, textarea, dialog *, [role=menu] *");
