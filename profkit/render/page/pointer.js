// The pointer on a picture: a click zooms, a drag moves, the wheel zooms where the pointer is.

const STILL = 4;
const SPEED = 0.0015;

/** Let the pointer act on a view: `{state, canvas, look, perPixel, pick, hover, zoomTo, openMenu}`. */
export function listenToPointer(view) {
  const { canvas, state } = view;
  let drag = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, y: event.clientY, from: state.from, to: state.to, scroll: state.scroll, moved: false };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) {
      view.hover(view.pick(event.offsetX, event.offsetY));
      return;
    }
    const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
    drag.moved ||= Math.hypot(right, down) > STILL;
    if (!drag.moved) return;
    canvas.classList.add("dragging");
    const shift = right * view.perPixel();
    view.look(drag.from - shift, drag.to - shift, drag.scroll - down);
  });
  canvas.addEventListener("pointerup", (event) => {
    const wasMoved = drag?.moved ?? true;
    drag = null;
    canvas.classList.remove("dragging");
    if (wasMoved) return;
    const i = view.pick(event.offsetX, event.offsetY);
    if (i !== null) view.zoomTo(i);
  });
  canvas.addEventListener("pointercancel", () => (drag = null));
  canvas.addEventListener("pointerleave", () => view.hover(null));
  canvas.addEventListener("contextmenu", (event) => {
    const i = view.pick(event.offsetX, event.offsetY);
    if (i === null) return;
    event.preventDefault();
    view.openMenu(i, event.clientX, event.clientY);
  });
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      if (event.shiftKey) view.look(state.from, state.to, state.scroll + event.deltaY + event.deltaX);
      else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const shift = event.deltaX * view.perPixel();
        view.look(state.from + shift, state.to + shift);
      } else zoomAt(view, event.offsetX, Math.exp(event.deltaY * SPEED));
      view.hover(view.pick(event.offsetX, event.offsetY));
    },
    { passive: false },
  );
}

/** Zoom by a factor so that what is at `x` stays there. */
export function zoomAt({ state, look, perPixel }, x, factor) {
  const fixed = state.from + x * perPixel();
  look(fixed - (fixed - state.from) * factor, fixed + (state.to - fixed) * factor);
}
