'use strict';

// node speedscope.js FOLDER PROFILE
//
// What speedscope does from the file given to its profiles imported, without its views. FOLDER has
// node_modules/speedscope.

const { readFileSync, readdirSync } = require('node:fs');
const { basename, join } = require('node:path');
const { find, reach } = require('./page.js');

const [folder, profile] = process.argv.slice(2);
const release = join(folder, 'node_modules/speedscope/dist/release');
const name = readdirSync(release).find(file => /^speedscope-.*\.js$/.test(file));
const script = readFileSync(join(release, name), 'utf8');

// The importers are a module of their own, which the page's start names with its first run.
const [, importers] = find(
  script, /\((\w+),\{(?:\w+:\(\)=>\w+,)*importProfilesFromArrayBuffer:/, 'the importer');
const { index: start, 1: run } = find(
  script, new RegExp(`var \\w+=Promise\\.resolve\\(\\)\\.then\\(\\(\\)=>\\((\\w+)\\(\\),${importers}\\)`), 'the start');

const { importProfilesFromArrayBuffer } = reach(
  script, start, `${run}();globalThis.reached=${importers};return;`);

const { buffer } = readFileSync(profile);
importProfilesFromArrayBuffer(basename(profile), buffer).then(group => {
  for (const { samples, appendOrderCalltreeRoot } of group.profiles) {
    console.log(`${samples.length} samples, ${appendOrderCalltreeRoot.children.length} roots`);
  }
});
