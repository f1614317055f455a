import { readPolicies } from '#local/iam/template-policies.ts';
import { asList, asRecord, type ResolvedTemplate } from '#local/template.ts';

/** Who may call which route: method and path, scope, and the function behind it. */
export function routeTable(template: ResolvedTemplate): string {
  const integrations = template.ofType('AWS::ApiGatewayV2::Integration');
  const rows = template.ofType('AWS::ApiGatewayV2::Route').map(({ properties }) => {
    const { RouteKey, Target, AuthorizationScopes } = properties;
    const integration = integrations.find(({ logicalId }) => String(Target).endsWith(`/${logicalId}`));
    const scopes = asList(AuthorizationScopes).map((scope) => `\`${scope}\``);
    return [`\`${RouteKey}\``, scopes.join(', ') || 'open', plain(String(integration?.properties['IntegrationUri']))];
  });
  return table(['Route', 'Scope', 'Function'], rows);
}

/** What each role may do, resource by resource. */
export function permissionTable(template: ResolvedTemplate): string {
  const holders = new Map(
    template.ofType('AWS::Lambda::Function').map(({ name, properties }) => [String(properties['Role']), plain(name)]),
  );
  const rows = readPolicies(template)
    .filter(({ trust }) => trust.length > 0)
    .map(({ logicalId, arn, rules }) => {
      const byResource = Map.groupBy(rules, ({ resource }) => plain(resource));
      const said = [...byResource].map(
        ([resource, of]) => `${resource}: ${of.map(({ action }) => action.split(':')[1]).join(', ')}`,
      );
      return [holders.get(arn) ?? roleName(logicalId, template), said.join('<br>')];
    });
  return table(['Who', 'May do'], rows);
}

/** A role that is no function's is its state machine's or its schedule's. */
function roleName(logicalId: string, template: ResolvedTemplate): string {
  const arn = template.ofType('AWS::IAM::Role').find((role) => role.logicalId === logicalId)?.arn;
  const machine = template
    .ofType('AWS::StepFunctions::StateMachine')
    .find(({ properties }) => properties['RoleArn'] === arn);
  if (machine) return `state machine ${plain(machine.name)}`;
  const isTargeted = ({ properties }: { properties: Readonly<Record<string, unknown>> }) =>
    asRecord(properties['Target'])['RoleArn'] === arn;
  const schedule = template.ofType('AWS::Scheduler::Schedule').find(isTargeted);
  return schedule ? `schedule ${plain(schedule.name)}` : logicalId;
}

/** A resource as a person calls it: without account, stage, and what CloudFormation adds to names. */
function plain(arnOrName: string): string {
  if (arnOrName === '*') return 'everything';
  const [service, name = arnOrName] = arnOrName.startsWith('arn:')
    ? [arnOrName.split(':')[2], arnOrName.split(':').slice(5).join(':')]
    : [undefined, arnOrName];
  const short = name
    .replace(/^(table\/|secret:|function:|stateMachine:|log-group:)/, '')
    .replace(/^concord[-/][a-z0-9]+[-/]/, '')
    .replace(/^ConcordTables(Catalog|Ephemeral)[0-9A-F]{8}/, (_, which: string) => `${which.toLowerCase()} table`)
    .replace(/-local1$/, '');
  if (service === 'logs') return 'its log';
  return service === undefined || service === 'dynamodb' ? short : `${KINDS[service] ?? service} ${short}`;
}

const KINDS: Readonly<Record<string, string>> = {
  lambda: 'function',
  secretsmanager: 'secret',
  sqs: 'queue',
  states: 'state machine',
};

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
