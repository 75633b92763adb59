export const log: number[] = [];
export function declared(first: number) { log.push(first); return first; } // declared
export const arrow = (second: number) => { log.push(second); return second; }; // arrow
export const bareArrow = second => { log.push(second); return second; }; // bareArrow
export const expression = function (third: number) { log.push(third); return third; }; // expression
export const outer = function inner(third: number): number { log.push(third); return third ? inner(0) : 1; }; // inner
export const unused = function dropped(third: number): number { log.push(third); return third; }; // dropped
export async function asynchronous(value: number) { log.push(value); return value; } // asynchronous
export const asyncArrow = async (value: number) => { log.push(value); return value; }; // asyncArrow
export function* generator(value: number) { log.push(value); yield value; } // generator
export class Shape {
  size: number;
  #hidden = 1;
  constructor(size: number) { this.size = size; log.push(size); } // Shape
  method(by: number) { log.push(by); return this.size + this.#secret(by); } // method
  get area() { log.push(this.size); return this.size * this.size; } // area
  static make(size: number) { log.push(size); return new Shape(size); } // make
  #secret(by: number) { log.push(by); return by + this.#hidden; } // #secret
  field = (by: number) => { log.push(by); return by; }; // field
}
export class Round extends Shape { } // Round
export const table = {
  shorthand(entry: number) { log.push(entry); return entry; }, // shorthand
  property: (entry: number) => { log.push(entry); return entry; }, // property
  functional: function (entry: number) { log.push(entry); return entry; }, // functional
  'quoted-name': (entry: number) => { log.push(entry); return entry; }, // quoted-name
};
export function nesting(deep: number) { // nesting
  const helper = (entry: number) => { log.push(entry); return entry; }; // helper
  function nested(entry: number) { log.push(entry); return helper(entry); } // nested
  return [1, 2].map((item) => { log.push(item); return nested(item); }).length + // (anonymous)
    [1].map(function (item) { log.push(item); return item; }).length + // (anonymous)
    [1].filter(item => log.push(item)).length + deep; // (anonymous)
}
function Legacy(this: any, size: number) { this.size = size; log.push(size); } // Legacy
Legacy.prototype.grow = function (by: number) { log.push(by); return this.size + by; }; // grow
export const legacy = (n: number) => new (Legacy as any)(n).grow(1); // legacy
export const generic = <T,>(value: T): T => { log.push(1); return value; }; // generic
export function typed<T extends object>(value: T): T { log.push(1); return value; } // typed
