'use strict';

/**
 * Self and total by function name: `{name: [self, total]}`. A total counts the outermost of nested
 * calls of one name. `enter(name, self)` and `leave()` are called in the order of a walk over the
 * tree.
 */
function byName() {
  const figures = Object.create(null);
  const stack = [];
  const open = Object.create(null);
  return {
    figures,
    enter(name, self) {
      figures[name] ??= [0, 0];
      open[name] = (open[name] ?? 0) + 1;
      figures[name][0] += self;
      stack.push({ name, self, total: 0 });
    },
    leave() {
      const { name, self, total } = stack.pop();
      open[name] -= 1;
      if (open[name] === 0) figures[name][1] += self + total;
      if (stack.length) stack.at(-1).total += self + total;
    }
  };
}

module.exports = { byName };
