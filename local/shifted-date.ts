/**
 * Makes the thread's `Date` run ahead of real time by what `offsetMs` answers. Only what reads the present moment
 * changes: `new Date()`, `Date()` and `Date.now()`. Subclasses, `instanceof`, parsing and UTC stay as they are.
 */
export function shiftDate(offsetMs: () => number): void {
  const RealDate = Date;
  const realNow = RealDate.now;
  const now = () => realNow() + offsetMs();
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    apply: () => new RealDate(now()).toString(),
  });
  RealDate.now = now;
  RealDate.prototype.constructor = ShiftedDate;
  globalThis.Date = ShiftedDate;
}
