'use strict';

// node speedscope.js FOLDER PROFILE [figures]
//
// What speedscope does from the file given to its profiles imported, without its views. FOLDER has
// node_modules/speedscope. With `figures`: self and total by function name, for each profile.

const { byName } = require('./figures.js');
const { importFile } = require('./importing.js');

const [folder, profile, figures] = process.argv.slice(2);
importFile(folder, profile).then(group => {
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
