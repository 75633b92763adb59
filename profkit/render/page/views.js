// The views, in the order of their tabs. Each module exports
// mount(element, app) -> {update(state), destroy(), toSVG?(), find?(step)}.
import * as flame from "profkit/flame";

export const VIEWS = [
  { name: "flame", title: "Flame graph", module: flame },
  { name: "icicle", title: "Icicle", module: flame },
];
