// The dialog that says what keys do.
import { element } from "profkit/dom";

const KEYS = [
  ["?", "this help"],
  ["/ or Ctrl F", "search"],
  ["n, N", "next and previous match"],
  ["1 … 9", "the views, in the order of their tabs"],
  ["Arrows", "walk from box to box"],
  ["Enter", "zoom to the box, or show the row's callers and callees"],
  ["→, ←", "open and close a row of a tree; e opens the heaviest path, * the row and its siblings"],
  ["Escape", "zoom out; leave the search"],
  ["+, -", "zoom in and out around the box"],
  ["Wheel", "zoom; with Shift sideways"],
  ["Drag", "move a zoomed picture; on the band of times, choose a part of the recording"],
  ["m or right click", "what can be done with a box: focus, hide, copy …"],
  ["Backspace", "take back the last filter"],
];

/** Show the dialog. */
export function showHelp() {
  const rows = KEYS.map(([key, what]) => element("tr", {}, element("th", { scope: "row" }, key), element("td", {}, what)));
  const close = element("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = element(
    "dialog",
    { "aria-label": "Keys", onclose: () => dialog.remove(), onclick: (event) => event.target === dialog && dialog.close() },
    element("h2", {}, "Keys"),
    element("table", {}, element("tbody", {}, ...rows)),
    close,
  );
  document.body.append(dialog);
  dialog.showModal();
}
