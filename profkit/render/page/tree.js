// The tree: what calls what, from the roots of the stacks down.
import { topDown } from "profkit/calls";
import { mountCalls } from "profkit/callview";
import { figureColumns } from "profkit/cells";

export const mount = (host, app) =>
  mountCalls(host, app, {
    name: "tree",
    label: "Tree",
    isInverted: false,
    sourceOf: topDown,
    figures: (scale) => [...figureColumns(scale, "total"), ...figureColumns(scale, "self")],
  });
