/**
 * Imports run one way: lambdas -> use-cases -> ports -> domain; adapters -> ports, domain and their own SDK;
 * service -> use-cases, adapters; infra -> the CDK, and Zod for settings (lambdas by path); local -> the synthesized stack only.
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed },
});
const packages = (...names) => `^node_modules/(${names.join('|')})/`;
const TYPES = packages('@types');

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    only('domain-imports-nothing', '^lib/domain/', ['^lib/domain/'], 'What is true depends on nothing.'),
    only('ports-know-the-domain', '^lib/ports/', ['^lib/(ports|domain)/'], 'Ports are in our words: no SDK types.'),
    only(
      'use-cases-know-ports',
      '^lib/use-cases/',
      ['^lib/(use-cases|ports|domain)/'],
      'What we do is said without any SDK.',
    ),
    ...[
      ['dynamodb', packages('@aws-sdk/(client|lib|util)-dynamodb')],
      ['stripe', packages('stripe')],
      ['stripe-webhook', '^$'],
      ['step-functions', packages('@aws-sdk/client-sfn')],
      ['sqs', packages('@aws-sdk/client-sqs')],
      ['secrets-manager', packages('@aws-sdk/client-secrets-manager')],
      ['powertools', packages('@aws-lambda-powertools/[^/]+', '@aws-sdk/client-dynamodb')],
      ['http', packages('zod')],
      ['csv', packages('csv-parse')],
      ['system', '^(node:)?async_hooks$'],
      ['memory', '^$'],
    ].map(([room, sdk]) =>
      only(
        `adapter-${room}-knows-its-sdk`,
        `^lib/adapters/${room}/`,
        [`^lib/adapters/${room}/`, '^lib/(ports|domain)/', '^(node:)?(crypto|timers/promises)$', TYPES, sdk],
        'An adapter knows ports, the domain and its own SDK; no other adapter.',
      ),
    ),
    only(
      'service-wires',
      '^lib/(service/|index\\.ts$)',
      [
        '^lib/(service|use-cases|adapters|ports|domain)/',
        packages('@aws-sdk/(client|lib)-[^/]+', 'stripe', '@types'),
        '^(node:)?crypto$',
      ],
      'The library wires the use cases, as the lambdas do, and knows none of these.',
    ),
    only(
      'infra-knows-the-cdk',
      '^lib/infra/',
      [
        '^lib/infra/',
        '^lib/domain/integrations\\.ts$',
        packages('aws-cdk-lib', 'constructs', 'esbuild', 'zod'),
        '^(node:)?(fs|path)$',
      ],
      'Infra names lambdas by path and imports none of their code; which integrations there are, the registry says.',
    ),
    only(
      'lambdas-wire',
      '^lambdas/(?!console/)',
      [
        '^lambdas/',
        '^lib/(use-cases|adapters|ports|domain)/',
        '^docs/openapi\\.json$',
        // The console's page lies beside its bundle.
        '^(node:)?(fs|path)$',
        '^node_modules/(@aws-sdk|stripe|@types)/',
      ],
      'Entries wire, parse, call one use case and render.',
    ),
    only(
      'console-calls-the-api',
      '^lambdas/console/',
      ['^lambdas/console/', '^examples/typed-client/concord-api\\.d\\.ts$', packages('preact')],
      'The page runs in a browser: it knows the API by its description, and nothing of what answers.',
    ),
    {
      name: 'console-is-in-no-bundle',
      comment: 'The function serves the page’s files; it runs none of them.',
      severity: 'error',
      from: { path: '^lambdas/(?!console/)' },
      to: { path: '^lambdas/console/' },
    },
    {
      name: 'local-runs-the-synthesized-stack',
      comment: 'The runner reads the template; it declares and imports nothing of what deploys.',
      severity: 'error',
      from: { path: '^local/' },
      to: { path: '^(lib|lambdas|bin)/' },
    },
    {
      name: 'nothing-deployed-knows-the-runner',
      severity: 'error',
      from: { path: '^(lib|lambdas)/' },
      to: { path: '^(local|test|bin)/' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    // It reads no JSX: a test looks at what the bundle of the page is made of.
    exclude: { path: '\\.tsx$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
