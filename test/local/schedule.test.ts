import { createSchedule } from '../../local/schedule.ts';
import { failed, resourcesOf, scriptedFunction, succeeded } from './aws-fixture.ts';

function schedule(
  properties: object,
  answer: Parameters<typeof scriptedFunction>[1] = () => succeeded({ resumed: 2 }),
) {
  const target = scriptedFunction('sweep', answer);
  const Arn = 'arn:aws:lambda:us-east-1:000000000000:function:sweep';
  const Properties = { Name: 'sweep-operations', ScheduleExpression: 'rate(1 minute)', Target: { Arn }, ...properties };
  const [resource] = resourcesOf({ Sweep: { Type: 'AWS::Scheduler::Schedule', Properties } });
  if (!resource) throw new Error('The template has the schedule');
  return { target, made: createSchedule(resource, [target]) };
}

const Arn = 'arn:aws:lambda:us-east-1:000000000000:function:sweep';

describe('a schedule', () => {
  it('runs now with its own input, and answers what its function answered', async () => {
    const { made, target } = schedule({ Target: { Arn, Input: '{"schedule":"<aws.scheduler.schedule-arn>"}' } });
    expect(await made.run()).toEqual(succeeded({ resumed: 2 }));
    expect(target.events).toEqual([{ schedule: 'arn:aws:scheduler:us-east-1:000000000000:schedule/sweep-operations' }]);
    expect(made.lastRunAt()).toEqual(expect.any(String));
  });

  it('makes up an event when it has no input', async () => {
    const { made, target } = schedule({});
    await made.run();
    expect(target.events).toMatchObject([{ source: 'aws.scheduler', 'detail-type': 'Scheduled Event' }]);
  });

  it('tells how its function failed', async () => {
    expect(await schedule({}, () => failed('Busy')).made.run()).toMatchObject({ ok: false, errorType: 'Busy' });
  });

  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(15 minutes)', 900_000],
    ['rate(1 hour)', 3_600_000],
    ['rate(2 days)', 172_800_000],
    ['cron(0 3 * * ? *)', undefined],
  ])('knows how often %s is', (ScheduleExpression, everyMs) => {
    expect(schedule({ ScheduleExpression }).made.everyMs).toBe(everyMs);
  });

  it('fires by real time once started, unless it is disabled', () => {
    jest.useFakeTimers();
    try {
      const on = schedule({});
      const off = schedule({ State: 'DISABLED' });
      on.made.start();
      off.made.start();
      jest.advanceTimersByTime(180_000);
      expect(on.target.events).toHaveLength(3);
      expect(off.target.events).toHaveLength(0);
      on.made.stop();
      jest.advanceTimersByTime(180_000);
      expect(on.target.events).toHaveLength(3);
    } finally {
      jest.useRealTimers();
    }
  });

  it('refuses a target that is not a function of the template', () => {
    expect(() => schedule({ Target: { Arn: `${Arn}-elsewhere` } })).toThrow('target is a function of the template');
  });
});
