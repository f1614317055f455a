import { paceOf } from '#adapters/stripe/pace.ts';
import { manualClock } from '../../contracts/manual-clock.ts';

/** When each of so many requests goes, in milliseconds from now, all asked for at once. */
async function goings(mostASecond: number, count: number) {
  const clock = manualClock();
  const beganMs = clock.nowMs();
  const pace = paceOf(clock, mostASecond);
  const went: number[] = [];
  const ask = () => pace.turn().then(() => went.push(clock.nowMs() - beganMs));
  for (let nth = 0; nth < count; nth += 1) void ask();
  return { clock, pace, went, ask };
}

describe('a pace', () => {
  it('lets go at once what a second has room for, and the next a second after the one it follows', async () => {
    const { clock, went } = await goings(3, 7);
    await clock.pass(10_000);
    expect(went).toEqual([0, 0, 0, 1000, 1000, 1000, 2000]);
  });

  it('keeps a second anywhere from having more: what went late makes the next late', async () => {
    const { clock, went, ask } = await goings(2, 1);
    await clock.pass(900);
    for (let nth = 0; nth < 3; nth += 1) void ask();
    await clock.pass(10_000);
    expect(went).toEqual([0, 900, 1000, 1900]);
  });

  it('lets nobody go while it pauses', async () => {
    const { clock, pace, went, ask } = await goings(10, 1);
    await clock.pass(0);
    pace.pause(5_000);
    void ask();
    await clock.pass(4_999);
    expect(went).toEqual([0]);
    await clock.pass(1);
    expect(went).toEqual([0, 5_000]);
  });
});
