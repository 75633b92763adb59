'use strict';

// Runs the script of a page under Node, as published, but for one line put in to reach what the
// script keeps to itself. The page's elements are stand-ins: anything may be read from them,
// called or constructed, and nothing happens.

const standIn = () => new Proxy(function () {}, {
  get: (target, key) => {
    if (key === Symbol.toPrimitive) return () => '';
    if (key === Symbol.iterator) return function* () {};
    if (key === 'then') return undefined;
    if (!(key in target) || key === 'name') target[key] = standIn();
    return target[key];
  },
  apply: standIn,
  construct: standIn
});

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** The text that the pattern's first group matches; an error where the script has changed. */
function find(script, pattern, what) {
  const found = pattern.exec(script);
  if (!found) throw new Error(`${what} is not found in this version's script`);
  return found;
}

/**
 * Runs `script` with `line` put in at `position`, and returns what the line assigned to
 * `globalThis.reached`. An error that the page's own start-up throws after that line is of no
 * interest.
 */
function reach(script, position, line) {
  define('window', globalThis);
  define('self', globalThis);
  for (const name of ['document', 'HTMLElement', 'HTMLCanvasElement', 'Node', 'Element',
    'IntersectionObserver', 'ResizeObserver', 'MutationObserver', 'matchMedia', 'localStorage',
    'sessionStorage', 'requestAnimationFrame', 'getComputedStyle', 'addEventListener',
    'removeEventListener', 'history']) define(name, standIn());
  define('location', new URL('http://localhost/index.html'));
  define('reached', undefined);
  const whole = script.slice(0, position) + line + script.slice(position);
  try {
    new Function(whole)();
  } catch (error) {
    if (globalThis.reached === undefined) throw error;
  }
  return globalThis.reached;
}

module.exports = { find, reach };
