import * as s from './shapes';
import run from './unnamed';
async function all(n: number) { // all
  let k = s.declared(n) + s.arrow(n) + s.bareArrow(n) + s.expression(n) + s.outer(1) + s.unused(n) + await s.asynchronous(n) + await s.asyncArrow(n);
  for (const v of s.generator(n)) k += v;
  const a = s.Shape.make(n), b = new s.Round(n);
  k += a.method(1) + a.area + b.field(2);
  k += s.table.shorthand(n) + s.table.property(n) + s.table.functional(n) + s.table['quoted-name'](n);
  k += s.nesting(n) + s.legacy(n) + s.generic(n); s.typed({ n });
  return k + run(n);
}
(async () => { // (anonymous)
  let total = 0;
  const end = Date.now() + 400;
  while (Date.now() < end) {
    s.log.length = 0;
    for (let n = 0; n < 500; n++) total += await all(n);
  }
  console.log(total > 0);
})();
