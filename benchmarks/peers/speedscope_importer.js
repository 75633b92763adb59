'use strict';

const { readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { find, reach } = require('./page.js');

/** What speedscope's page imports files with; `folder` has node_modules/speedscope. */
exports.importer = folder => {
  const release = join(folder, 'node_modules/speedscope/dist/release');
  const name = readdirSync(release).find(file => /^speedscope-.*\.js$/.test(file));
  const script = readFileSync(join(release, name), 'utf8');

  // The importers are a module of their own, which the page's start names with its first run.
  const [, importers] = find(
    script, /\((\w+),\{(?:\w+:\(\)=>\w+,)*importProfilesFromArrayBuffer:/, 'the importer');
  const { index: start, 1: run } = find(
    script, new RegExp(`var \\w+=Promise\\.resolve\\(\\)\\.then\\(\\(\\)=>\\((\\w+)\\(\\),${importers}\\)`), 'the start');

  return reach(script, start, `${run}();globalThis.reached=${importers};return;`)
    .importProfilesFromArrayBuffer;
};
