// What can be taken out of the page: the view as a picture, and the link to it.
import { download } from "profkit/dom";
import { toPNG, toSVG } from "profkit/picture";

/** Return the menu's items for the view that is shown. */
export function exportItems(app) {
  const view = app.shown();
  const name = app.model.title.replace(/[^\w.-]+/g, "-").slice(0, 80) || "profile";
  const items = [];
  if (view.picture) {
    const { palette } = app.model.functions;
    const svg = () => new Blob([toSVG(view.picture(), palette)], { type: "image/svg+xml" });
    items.push({ label: "View as SVG", action: () => download(`${name}.svg`, svg()) });
    const png = async () => download(`${name}.png`, await toPNG(view.picture(), palette));
    items.push({ label: "View as PNG", action: png });
  }
  items.push({ label: "Copy link to this view", action: () => navigator.clipboard?.writeText(location.href) });
  return items;
}
