// The views, in the order of their tabs. Each module exports
// mount(element, app) -> {update(state), destroy(), picture?(), find?(step)}.
import * as about from "profkit/about";
import * as butterfly from "profkit/butterfly";
import * as chart from "profkit/chart";
import * as flame from "profkit/flame";
import * as heavy from "profkit/heavy";
import * as lines from "profkit/lines";
import * as ranking from "profkit/ranking";
import * as tree from "profkit/tree";

const ALL = [
  { name: "flame", title: "Flame graph", module: flame },
  { name: "icicle", title: "Icicle", module: flame },
  { name: "chart", title: "By time", module: chart, fits: (model) => model.span > 0 },
  { name: "heavy", title: "Heavy", module: heavy },
  { name: "tree", title: "Tree", module: tree },
  { name: "ranking", title: "Ranking", module: ranking },
  { name: "butterfly", title: "Butterfly", module: butterfly },
  { name: "lines", title: "Lines", module: lines },
  { name: "about", title: "About", module: about },
];

/** Return the views that a profile can be shown in. */
export const viewsOf = (model) => ALL.filter(({ fits }) => !fits || fits(model));
