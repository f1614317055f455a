import { ANY_WORD, each, RULE, type Survivor } from './reasons.ts';

export const OF_SAGA: readonly Survivor[] = [
  ...each('lib/use-cases/saga/kinds/create.ts', RULE, [
    ...['after === null', `throw new Error(\`Operation \${id} creates a customer without fields.\`);`],
  ]),
  ...each('lib/use-cases/saga/kinds/create.ts', 'A create always has an email.', ["''"], ANY_WORD),
  ...each('lib/use-cases/saga/kinds/update.ts', RULE, [
    ...['after === null || fields === undefined', 'after === null', 'fields === undefined'],
    ...[
      `{ throw new Error(\`Operation \${id} does not say what it updates.\`); }`,
      `throw new Error(\`Operation \${id} does not say what it updates.\`);`,
    ],
  ]),
  ...each('lib/use-cases/saga/undo.ts', RULE, [
    ...['!kind.isUndone', `throw new Error(\`A \${operation.kind} is never undone.\`);`],
  ]),
];
