'use strict';

// node firefox.cjs BUNDLE FILE
//
// What the Firefox Profiler's own code makes of a file: self and total of each function, for each
// thread; the total is null where several functions have one name. BUNDLE is its `src/profile-query`,
// bundled by esbuild for Node as a CommonJS module.

const { resolve } = require('node:path');

globalThis.window = globalThis;
globalThis.self = globalThis;
globalThis.addEventListener = () => {};
globalThis.location = new URL('http://localhost/');
globalThis.history = { replaceState() {}, pushState() {} };
globalThis.document = { addEventListener() {}, createElement: () => ({}) };
const log = console.log;
console.log = () => {};

const [bundle, file] = process.argv.slice(2);
const { ProfileQuerier } = require(resolve(bundle));

(async () => {
  const querier = await ProfileQuerier.load(resolve(file));
  const threads = {};
  const { processes } = await querier.profileInfo(true);
  for (const { name, threadHandle } of processes.flatMap(({ threads }) => threads)) {
    const figures = Object.create(null);
    const { functions } = await querier.threadFunctions(threadHandle, undefined, true);
    for (const { name: called, selfSamples, totalSamples } of functions) {
      const before = figures[called];
      figures[called] = before ? [before[0] + selfSamples, null] : [selfSamples, totalSamples];
    }
    threads[name] = figures;
  }
  log(JSON.stringify(threads));
})();
