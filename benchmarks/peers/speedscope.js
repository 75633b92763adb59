'use strict';

// node speedscope.js FOLDER PROFILE [figures]
//
// What speedscope does from the file given to its profiles imported, without its views. FOLDER has
// node_modules/speedscope. With `figures`: self and total by function name, for each profile.

const { readFileSync, readdirSync } = require('node:fs');
const { basename, join } = require('node:path');
const { byName } = require('./figures.js');
const { find, reach } = require('./page.js');

const [folder, profile, figures] = process.argv.slice(2);
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
  if (figures) {
    const found = group.profiles.map(one => {
      const { figures, enter, leave } = byName();
      const inner = run => node => { if (!node.isRoot()) run(node); };
      one.forEachCallGrouped(
        inner(node => enter(node.frame.name, node.getSelfWeight())), inner(leave));
      return [one.getName(), figures];
    });
    console.log(JSON.stringify(Object.fromEntries(found)));
    return;
  }
  for (const { samples, appendOrderCalltreeRoot } of group.profiles) {
    console.log(`${samples.length} samples, ${appendOrderCalltreeRoot.children.length} roots`);
  }
});
