// What other tools say of a trace: self time in microseconds, thread by thread, function by function.
//
//   node trace.mjs FOLDER TRACE > FIGURES
//
// FOLDER has the packages of package.json beside this file. `devtools` is the data model of DevTools
// itself, as it publishes it, by "process thread"; `speedscope` is speedscope's importer, by the
// names of its profiles. A function is [name, URL, line, column], counted from 0 and from 1.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { importFile } = createRequire(import.meta.url)('../../../benchmarks/peers/importing.js');
console.log = console.warn = () => {}; // speedscope's remarks
const [folder, trace] = process.argv.slice(2);
const engine = path.resolve(folder, 'node_modules/@paulirish/trace_engine');

class Sums {
  #byFunction = new Map();

  add(value, ...place) {
    const key = JSON.stringify(place);
    this.#byFunction.set(key, (this.#byFunction.get(key) ?? 0) + value);
  }

  toJSON() {
    return [...this.#byFunction]
      .map(([key, value]) => [...JSON.parse(key), Math.round(value * 1000) / 1000])
      .sort((a, b) => b.at(-1) - a.at(-1));
  }
}

async function devtools(events) {
  const samples = await import(path.join(engine, 'models/trace/handlers/SamplesHandler.js'));
  for (const event of [...events].sort((a, b) => a.ts - b.ts)) samples.handleEvent(event);
  await samples.finalize();
  const threads = {};
  for (const [process, profiles] of samples.data().profilesInProcess) {
    for (const [thread, { parsedProfile }] of profiles) {
      const sums = new Sums();
      parsedProfile.forEachFrame(() => {}, (depth, node, index, start, duration, own) => {
        sums.add(own * 1000, node.functionName, node.url, node.lineNumber, node.columnNumber);
      });
      threads[`${process} ${thread}`] = sums;
    }
  }
  return threads;
}

async function speedscope() {
  const group = await importFile(folder, trace);
  const threads = {};
  for (const profile of group.profiles) {
    const sums = new Sums();
    profile.forEachFrame(frame => sums.add(
      frame.getSelfWeight(), frame.name, frame.file ?? '', frame.line ?? -1, frame.col ?? -1));
    threads[profile.getName()] = sums;
  }
  return threads;
}

const document = JSON.parse(readFileSync(trace, 'utf8'));
const figures = {
  devtools: await devtools(document.traceEvents ?? document),
  speedscope: await speedscope()
};
process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
