// The views, in the order of their tabs. Each module exports
// mount(element, app) -> {update(state), destroy(), picture?(), find?(step)}.
import * as chart from "profkit/chart";
import * as flame from "profkit/flame";

const ALL = [
  { name: "flame", title: "Flame graph", module: flame },
  { name: "icicle", title: "Icicle", module: flame },
  { name: "chart", title: "By time", module: chart, fits: (model) => model.span > 0 },
];

/** Return the views that a profile can be shown in. */
export const viewsOf = (model) => ALL.filter(({ fits }) => !fits || fits(model));
