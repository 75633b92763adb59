// What other tools say of a .cpuprofile: self and total time in microseconds, function by function.
//
//   node cpuprofile.mjs FOLDER PROFILE > FIGURES
//
// FOLDER has node_modules with @paulirish/trace_engine 0.0.65 (DevTools' own data model, as it
// publishes it), speedscope 1.25.0 and cpupro 0.7.0. `devtools` is what the model says of nodes, which
// comes from hit counts; `devtools-timeline` what it makes of samples, which the Performance panel
// shows; `speedscope` its importer, `cpupro` its preparation. A function is [name, URL, line,
// column], line and column as the file has them, and a total counts recursion once.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const { importFile } = require('../../../benchmarks/peers/importing.js');
const { prepareFile } = require('../../../benchmarks/peers/preparing.js');
const write = console.log;
console.log = console.warn = console.error = () => {}; // the tools' remarks
const [folder, file] = process.argv.slice(2);

class Sums {
  #byFunction = new Map();

  add(own, total, ...place) {
    const key = JSON.stringify(place);
    const sums = this.#byFunction.get(key) ?? [0, 0];
    this.#byFunction.set(key, [sums[0] + own, sums[1] + total]);
  }

  toJSON() {
    const rounded = value => Math.round(value * 1000) / 1000;
    return [...this.#byFunction]
      .map(([key, sums]) => [...JSON.parse(key), ...sums.map(rounded)])
      .sort((a, b) => b.at(-2) - a.at(-2) || (String(a) < String(b) ? -1 : 1));
  }
}

const placeOf = ({ functionName, url, lineNumber, columnNumber }) =>
  [functionName || '(anonymous)', url, lineNumber, columnNumber];

async function devtools() {
  const engine = path.resolve(folder, 'node_modules/@paulirish/trace_engine');
  const { CPUProfileDataModel } =
    await import(path.join(engine, 'models/cpu_profile/CPUProfileDataModel.js'));
  const data = readFileSync(file);
  const model = new CPUProfileDataModel(JSON.parse(file.endsWith('.gz') ? gunzipSync(data) : data));

  const byNode = new Sums();
  const pending = [[model.profileHead, new Set()]];
  while (pending.length) {
    const [node, above] = pending.pop();
    const key = JSON.stringify(placeOf(node));
    const isOutermost = !above.has(key);
    byNode.add(node.self * 1000, isOutermost ? node.total * 1000 : 0, ...placeOf(node));
    const here = isOutermost ? new Set([...above, key]) : above;
    for (const child of node.children) pending.push([child, here]);
  }

  const bySample = new Sums();
  const open = [];
  const count = node => open.filter(other => other === JSON.stringify(placeOf(node))).length;
  model.forEachFrame(
    (depth, node) => { open.push(JSON.stringify(placeOf(node))); },
    (depth, node, index, start, duration, own) => {
      bySample.add(own * 1000, count(node) === 1 ? duration * 1000 : 0, ...placeOf(node));
      open.pop();
    });
  return { devtools: byNode, 'devtools-timeline': bySample };
}

async function speedscope() {
  const { profiles: [profile] } = await importFile(folder, file);
  const sums = new Sums();
  profile.forEachFrame(frame => sums.add(
    frame.getSelfWeight(), frame.getTotalWeight(),
    frame.name, frame.file ?? '', frame.line ?? -1, frame.col ?? -1));
  return { speedscope: sums };
}

async function cpupro() {
  const { currentProfile: { callFramesTimings } } = await prepareFile(folder, file);
  const sums = new Sums();
  for (const { entry, selfTime, totalTime } of callFramesTimings.entries) {
    if (totalTime) {
      sums.add(selfTime, totalTime,
        entry.origName || '(anonymous)', entry.script?.url ?? '', entry.line, entry.column);
    }
  }
  return { cpupro: sums };
}

const figures = { ...await devtools(), ...await speedscope(), ...await cpupro() };
write(JSON.stringify(figures));
