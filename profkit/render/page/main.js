// The page: reads the profile, and puts header, filters and the chosen view together.
import { current, ownValues, searched } from "profkit/derive";
import { element } from "profkit/dom";
import { formatOf } from "profkit/format";
import { openHeader } from "profkit/header";
import { listenToKeys } from "profkit/keys";
import { legendOf } from "profkit/legend";
import { openMenu } from "profkit/menu";
import { openMinimap } from "profkit/minimap";
import { open } from "profkit/model";
import { openStore } from "profkit/store";
import { viewsOf } from "profkit/views";

/** Return what views work with. */
function appOf(model, store, views) {
  const formats = model.valueTypes.map(formatOf);
  return {
    model,
    store,
    tree: () => current(model, store.get()),
    own: () => ownValues(model, store.get()),
    searched: () => searched(model, store.get()),
    get format() {
      return formats[store.get().valueType];
    },
    select: (fn) => store.set({ fn }, { replace: true }),
    show: (view, patch = {}) => store.set({ view, ...patch }),
    has: (view) => views.some(({ name }) => name === view),
    menu: openMenu,
    filter: (kind, pattern) => store.set({ [kind]: [...store.get()[kind], pattern], zoom: "" }),
    status: () => {},
  };
}

function start(model, root) {
  const views = viewsOf(model);
  const store = openStore(model, views.map(({ name }) => name), window);
  const app = appOf(model, store, views);
  const header = openHeader(app, views);
  const minimap = openMinimap(app);
  const place = element("main", { id: "view" });
  const status = element("p", { id: "status", "aria-live": "polite" });
  app.status = (text) => {
    if (status.textContent !== text) status.textContent = text;
  };
  const foot = element("footer", {}, status, legendOf(model));
  root.replaceChildren(...[header.element, minimap?.element, header.chips, place, foot].filter(Boolean));
  let shown = null;

  function update(state, before) {
    header.update(state);
    minimap?.update(state, before);
    const { module, name } = views.find((view) => view.name === state.view);
    const isOther = before?.view !== state.view;
    const hadFocus = isOther && place.contains(document.activeElement);
    if (isOther) {
      shown?.destroy();
      app.status("");
      place.replaceChildren();
      place.dataset.view = name;
      shown = module.mount(place, app);
    }
    shown.update(state);
    if (hadFocus) place.querySelector("[tabindex='0'], button, input")?.focus({ preventScroll: true });
  }

  app.shown = () => shown;
  store.subscribe(update);
  listenToKeys(app, views, header);
  update(store.get());
  root.removeAttribute("aria-busy");
}

const root = document.getElementById("app");
try {
  start(await open(document), root);
} catch (error) {
  root.replaceChildren(element("p", { class: "notice", role: "alert" }, `This profile cannot be shown here: ${error.message}`));
  throw error;
}
