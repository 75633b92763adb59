// The heavy table: what takes the time, and below each who called for it.
import { bottomUp } from "profkit/calls";
import { mountCalls } from "profkit/callview";
import { figureColumns, shareColumn } from "profkit/cells";

export const mount = (host, app) =>
  mountCalls(host, app, {
    name: "heavy",
    label: "Heavy",
    isInverted: true,
    sourceOf: bottomUp,
    figures: (scale) => [...figureColumns(scale, "total", { word: "self" }), ofCallee],
  });

/** How much of what the row above takes comes this way. */
const share = shareColumn("ofCallee", "of callee", (row) => (row.above ? row.total : 0), (row) => row.above?.total ?? 0);
const ofCallee = { ...share, kind: "share long", order: 0, cell: (row) => ({ ...share.cell(row), heat: "" }) };
