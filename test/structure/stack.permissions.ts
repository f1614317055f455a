import { spawnSync } from 'node:child_process';
import type { SynthesizedStack } from './synthesized.ts';

/** What each function may do, and which secrets it may see. */
export function tellPermissions(stack: SynthesizedStack): void {
  it('gives every caller and role what docs/security.md says', () => {
    const args = ['bin/access-tables.ts', '--check', stack.directory];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('gives every function a role of its own, and no role a wildcard that has a choice', () => {
    const roles = stack.ofType('AWS::Lambda::Function').map(({ Properties }) => JSON.stringify(Properties['Role']));
    expect(new Set(roles).size).toBe(roles.length);
    const roleIds = Object.entries(stack.byId()).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
    for (const [id, { Properties }] of roleIds) expect([id, Properties['ManagedPolicyArns']]).toEqual([id, undefined]);
    const wide = stack.statements().filter(({ statement }) => /"\*"|\/\*|:\*/.test(JSON.stringify(statement)));
    const actionsOf = (kind: RegExp) =>
      wide.filter(({ policy }) => kind.test(policy)).map(({ statement }) => [statement.Action].flat().sort());
    // Traces know no resource, and neither does the delivery of a state machine's log.
    const traces = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
    expect(
      actionsOf(/RoleDefaultPolicy/)
        .flat()
        .every((action) => /^(logs|xray):/.test(action)),
    ).toBe(true);
    expect(actionsOf(/(?<!StateMachine)RoleDefaultPolicy/)).toEqual(roles.map(() => traces));
  });

  it('shows each of Stripe’s keys to those who need it', () => {
    const readersOf = (secret: string) =>
      stack
        .statements()
        .filter(({ statement }) => JSON.stringify(statement.Resource) === `{"Ref":"${secret}"}`)
        .map(({ policy }) => policy.replace(/^Concord(.*)RoleDefaultPolicy\w{8}$/, '$1'))
        .sort();
    expect(readersOf('ConcordStripeKey55EBF351')).toEqual([
      'MaintenanceFunction',
      'Reconcile',
      'RetryFailedSyncs',
      'SagaSteps',
      'Sync',
    ]);
    expect(readersOf('ConcordStripeKeyReadKey671350C6')).toEqual([
      'DeleteFunction',
      'SweepEvents',
      'ValidateConsistency',
    ]);
  });

  it('keeps secrets out of every environment', () => {
    for (const { Properties } of stack.ofType('AWS::Lambda::Function')) {
      expect(JSON.stringify(Properties['Environment'])).not.toMatch(
        /sk_|rk_|whsec_|SecretString|resolve:secretsmanager/,
      );
    }
  });
}
