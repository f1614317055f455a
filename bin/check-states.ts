/** `npm run check:states`: holds the state machines of the synthesized template to the Amazon States Language. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { definitionOf } from '#local/state-definition.ts';
import { readAssembly } from '#local/synth.ts';
import { resolveTemplate } from '#local/template.ts';

type Verdict = {
  readonly isValid: boolean;
  readonly errors: readonly object[];
  errorsText(separator?: string): string;
};

// It comes without types, and as CommonJS.
const require = createRequire(import.meta.url);
const validate: (definition: object) => Verdict = require('asl-validator');

const assembly = await readAssembly(process.argv[2] ?? join(import.meta.dirname, '..', 'cdk.out'));
const template = resolveTemplate(assembly.template, assembly.stackName, { api: '', webhook: '' });
for (const machine of template.ofType('AWS::StepFunctions::StateMachine')) {
  const verdict = validate(structuredClone(definitionOf(machine)));
  if (verdict.isValid) continue;
  console.error(`${machine.logicalId}: ${verdict.errorsText('\n')}`);
  process.exitCode = 1;
}
