'use strict';

// node speedscope_callers.js FOLDER PROFILE
//
// What speedscope computes for its sandwich view: the inverted profiles of the callers of ten
// functions, those with the greatest self weight. Says how many seconds that took, without the
// import. FOLDER has node_modules/speedscope.

const { importFile } = require('./importing.js');

const FUNCTIONS = 10;
const [folder, profile] = process.argv.slice(2);

importFile(folder, profile).then(({ profiles: [first] }) => {
  const frames = [];
  first.forEachFrame(frame => frames.push(frame));
  frames.sort((a, b) => b.getSelfWeight() - a.getSelfWeight());
  const begin = process.hrtime.bigint();
  for (const frame of frames.slice(0, FUNCTIONS)) first.getInvertedProfileForCallersOf(frame);
  console.log(`seconds ${Number(process.hrtime.bigint() - begin) / 1e9}`);
});
