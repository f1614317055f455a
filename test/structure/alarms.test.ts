import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alarm, isAlarming, type Series } from './alarm-evaluator.ts';
import { readTemplate, synthesize } from './synthesized.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:oncall';
const HOUR = 3600;
const DAY = 24 * HOUR;

/** For each alarm: what wakes somebody up, and what does not though it comes close. A metric that is not there is missing. */
const SERIES: Readonly<Record<string, { readonly wakes: Series[]; readonly sleeps: Series[] }>> = {
  NeedsAttention: { wakes: [{ NeedsAttention: [1] }], sleeps: [{}, { NeedsAttention: [0] }] },
  SagaFailed: {
    // Each alone, while the others are missing: that is how CloudWatch tells that there were none.
    wakes: [{ ExecutionsFailed: [1] }, { ExecutionsTimedOut: [1] }, { ExecutionsAborted: [2] }],
    sleeps: [{}, { ExecutionsFailed: [0] }],
  },
  ReconciliationFailed: {
    wakes: [{ ExecutionsFailed: [1] }, { ExecutionsTimedOut: [1] }, { ExecutionsAborted: [1] }],
    sleeps: [{}],
  },
  RunRefused: { wakes: [{ RunRefused: [1] }], sleeps: [{}] },
  OldestOverdue: {
    wakes: [{ OldestOverdue: [900, 1200] }, {}, { OldestOverdue: [900, undefined] }],
    sleeps: [{ OldestOverdue: [899, 1200] }, { OldestOverdue: [undefined, 0] }, { OldestOverdue: [0, 0] }],
  },
  EventPositionAge: {
    wakes: [{ EventPositionAge: [20 * DAY] }, {}],
    sleeps: [{ EventPositionAge: [20 * DAY - 1] }, { EventPositionAge: [900] }],
  },
  EventsGoneUnread: { wakes: [{ EventsGoneUnread: [1] }], sleeps: [{}, { EventsGoneUnread: [0] }] },
  WebhookSilence: {
    wakes: [{ WebhookSilence: [600, 1500] }],
    sleeps: [{}, { WebhookSilence: [1500, 0] }, { WebhookSilence: [599, 599] }],
  },
  WebhookSignatures: { wakes: [{ WebhookRefused: [1] }], sleeps: [{}, { WebhookTurnedAway: [1000] }] },
  WebhookErrors: { wakes: [{ Url5xxCount: [1] }], sleeps: [{}, { Url4xxCount: [1000] }] },
  InternalErrors: { wakes: [{ InternalError: [3] }], sleeps: [{}, { InternalError: [2] }] },
  Unanswered: {
    // Three functions have each metric.
    wakes: [{ Throttles: [2, 2] }, { Errors: [2, 2] }, { Throttles: [1, 1], Errors: [1, 1] }],
    sleeps: [{}, { Throttles: [100, 0] }, { Errors: [1, 1] }],
  },
  ConsistencyIssues: { wakes: [{ ConsistencyIssues: [1] }], sleeps: [{}, { ConsistencyIssues: [0] }] },
  ComparisonSilence: {
    wakes: [{}, { ConsistencyIssues: [undefined, undefined] }],
    sleeps: [{ ConsistencyIssues: [0, undefined] }, { ConsistencyIssues: [undefined, 3] }],
  },
  DeadLetters: {
    wakes: [{ ApproximateNumberOfMessagesVisible: [1] }],
    sleeps: [{}, { ApproximateNumberOfMessagesVisible: [0] }],
  },
};

describe('the alarms of the template', () => {
  const directory = mkdtempSync(join(tmpdir(), 'concord-alarms-'));
  const alarms = new Map<string, Alarm>();
  beforeAll(() => {
    synthesize({ stage: 'prod', alarmTopicArn: TOPIC }, directory, { validates: false });
    for (const { Type, Properties } of Object.values(readTemplate(directory).resources)) {
      if (Type !== 'AWS::CloudWatch::Alarm') continue;
      const alarm = Properties as unknown as Alarm;
      alarms.set(alarm.AlarmName.replace('concord-prod-', ''), alarm);
    }
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('are these, each with a page in the runbook that says what to do', () => {
    expect([...alarms.keys()].toSorted()).toEqual(Object.keys(SERIES).toSorted());
    const pages = readFileSync('docs/runbook.md', 'utf8').split(/^## /m).slice(1);
    const pageOf = new Map(pages.map((page) => [page.slice(0, page.indexOf('\n')), page]));
    for (const [name, { AlarmDescription }] of alarms) {
      expect(AlarmDescription).toContain(`docs/runbook.md#${name.toLowerCase()}`);
      const parts = ['**Means**', '**Look**', '**Do**', '**Over**'].filter((part) => pageOf.get(name)?.includes(part));
      expect([name, ...parts]).toEqual([name, '**Means**', '**Look**', '**Do**', '**Over**']);
    }
    // A page that speaks as one of an alarm is one of an alarm.
    const paged = [...pageOf].filter(([, page]) => page.includes('**Means**')).map(([name]) => name);
    expect(paged.toSorted()).toEqual([...alarms.keys()].toSorted());
  });

  it('speaks of refused webhooks by the reasons that are counted', () => {
    const page = readFileSync('docs/runbook.md', 'utf8')
      .split(/^## /m)
      .find((text) => text.startsWith('WebhookSignatures'));
    const [, named = ''] = /by `Reason`: (.*)\.$/m.exec(page ?? '') ?? [];
    const reasons = [
      ...readFileSync('lib/adapters/stripe-webhook/refusal.ts', 'utf8').matchAll(/^ {2}'?([\w-]+)'?: \[/gm),
    ];
    const signed = reasons
      .map(([, reason]) => reason)
      .filter((reason) => reason !== 'unsigned' && reason !== 'malformed');
    expect(named.replaceAll('`', '').split(', ')).toEqual(signed);
  });

  it('tell the topic when they begin and when they end', () => {
    for (const alarm of alarms.values()) expect(alarm).toMatchObject({ AlarmActions: [TOPIC], OKActions: [TOPIC] });
  });

  it.each(Object.keys(SERIES))('%s wakes somebody up for what it is about, and lets them sleep else', (name) => {
    const alarm = alarms.get(name) as Alarm;
    const { wakes, sleeps } = SERIES[name] ?? { wakes: [], sleeps: [] };
    expect(wakes.map((series) => [series, isAlarming(alarm, series)])).toEqual(wakes.map((series) => [series, true]));
    expect(sleeps.map((series) => [series, isAlarming(alarm, series)])).toEqual(
      sleeps.map((series) => [series, false]),
    );
  });

  it('would not see a failed execution if what is missing were not filled', () => {
    const saga = alarms.get('SagaFailed') as Alarm;
    const unfilled = JSON.parse(JSON.stringify(saga).replaceAll(/FILL\((\w+), 0\)/g, '$1')) as Alarm;
    expect([isAlarming(saga, { ExecutionsFailed: [1] }), isAlarming(unfilled, { ExecutionsFailed: [1] })]).toEqual([
      true,
      false,
    ]);
  });
});
