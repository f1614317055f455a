import type { SynthesizedStack } from './synthesized.ts';

/** What an operator gets to see, and is woken up by. */
export function tellSignals(stack: SynthesizedStack): void {
  it('traces every function and state machine', () => {
    for (const { Properties } of stack.ofType('AWS::Lambda::Function'))
      expect(Properties).toMatchObject({ TracingConfig: { Mode: 'Active' } });
    for (const { Properties } of stack.ofType('AWS::StepFunctions::StateMachine'))
      expect(Properties).toMatchObject({ TracingConfiguration: { Enabled: true } });
  });

  it('shows on one page what is asked, owed, told by Stripe, compared and turned away', () => {
    const [dashboard] = stack.ofType('AWS::CloudWatch::Dashboard').map(({ Properties }) => JSON.stringify(Properties));
    const shown = [
      ...[
        'Count',
        '5xx',
        'Latency',
        'ExecutionsStarted',
        'ExecutionsFailed',
        'ExecutionsTimedOut',
        'ExecutionsAborted',
      ],
      ...[
        'CallerTurnedAway',
        'NeedsAttention',
        'OldestOverdue',
        'ApproximateNumberOfMessagesVisible',
        'WebhookReceived',
        'WebhookRefused',
      ],
      ...['WebhookTurnedAway', 'EventPositionAge', 'WebhookSilence', 'ConsistencyIssues', 'ReadThrottleEvents'],
      ...['WriteThrottleEvents', 'Errors', 'Throttles'],
    ];
    expect(shown.filter((name) => !dashboard?.includes(`\\"${name}\\"`))).toEqual([]);
  });

  it('keeps logs for a limited time', () => {
    const groups = stack.ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(0);
    for (const { Properties } of groups) expect(Properties['RetentionInDays']).toBe(30);
  });

  it('wakes somebody up when the daily comparison has found something, and says what to do', () => {
    const alarms = stack.ofType('AWS::CloudWatch::Alarm').map(({ Properties }) => Properties);
    expect(alarms.find(({ AlarmName }) => AlarmName === 'concord-prod-ConsistencyIssues')).toMatchObject({
      ...{ Namespace: 'Concord', Statistic: 'Maximum', Period: 86_400, Threshold: 1 },
      ...{ Dimensions: [{ Name: 'Stage', Value: 'prod' }], TreatMissingData: 'notBreaching' },
      AlarmDescription: expect.stringContaining('/customers/data-consistency/fix'),
    });
  });
}
