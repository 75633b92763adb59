// What can be taken out of the page: the view as a picture, and the link to it.
import { download } from "profkit/dom";

/** Return the menu's items for the view that is shown. */
export function exportItems(app) {
  const view = app.shown();
  const name = app.model.title.replace(/[^\w.-]+/g, "-").slice(0, 80) || "profile";
  const items = [];
  if (view.toSVG) {
    items.push({
      label: "View as SVG",
      action: () => download(`${name}.svg`, new Blob([view.toSVG()], { type: "image/svg+xml" })),
    });
  }
  if (view.toCanvas) {
    items.push({
      label: "View as PNG",
      action: () => view.toCanvas().toBlob((blob) => download(`${name}.png`, blob), "image/png"),
    });
  }
  items.push({ label: "Copy link to this view", action: () => navigator.clipboard?.writeText(location.href) });
  return items;
}
