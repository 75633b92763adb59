// node devtools.mjs FOLDER FILE
//
// What Chrome DevTools' own model makes of a .cpuprofile or a trace: self and total by function name,
// in microseconds, for each thread. FOLDER has node_modules/@paulirish/trace_engine, which is
// DevTools' model as a package.

import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [folder, file] = process.argv.slice(2);
const models = join(resolve(folder), 'node_modules/@paulirish/trace_engine/models');
const content = JSON.parse(readFileSync(file));

function figuresOf(model) {
  const figures = Object.create(null);
  const open = Object.create(null);
  model.forEachFrame(
    (depth, node) => { open[node.functionName] = (open[node.functionName] ?? 0) + 1; },
    (depth, { functionName: name }, sample, time, duration, self) => {
      figures[name] ??= [0, 0];
      figures[name][0] += Math.round(self * 1000);
      open[name] -= 1;
      if (open[name] === 0) figures[name][1] += Math.round(duration * 1000);
    });
  return figures;
}

const threads = {};
if (content.nodes) {
  const { CPUProfileDataModel } = await import(join(models, 'cpu_profile/CPUProfileDataModel.js'));
  threads[''] = figuresOf(new CPUProfileDataModel(content));
} else {
  globalThis.DOMRect ??= class {};
  const { TraceModel, Handlers } = await import(join(models, 'trace/trace.js'));
  const model = TraceModel.Model.createWithAllHandlers();
  await model.parse(content.traceEvents);
  const { data } = model.parsedTrace();
  // Those are the threads that the Performance panel shows.
  for (const { pid, tid, name } of Handlers.Threads.threadsInTrace(data)) {
    threads[name] = figuresOf(data.Samples.profilesInProcess.get(pid).get(tid).parsedProfile);
  }
}
console.log(JSON.stringify(threads));
