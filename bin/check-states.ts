/** `npm run check:states`: holds the state machines of the synthesized template to the Amazon States Language. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { definitionOf } from '#local/state-definition.ts';
import { readAssembly } from '#local/synth.ts';
import { resolveTemplate } from '#local/template.ts';
import { exitCodes, runCommand } from './command-line/command.ts';
import { readOptions } from './command-line/options.ts';

type Verdict = {
  readonly isValid: boolean;
  readonly errors: readonly object[];
  errorsText(separator?: string): string;
};

// It comes without types, and as CommonJS.
const require = createRequire(import.meta.url);
const validate: (definition: object) => Verdict = require('asl-validator');

const usage = `Holds the state machines of the synthesized template to the Amazon States Language.

  npm run check:states -- [cdk.out]

${exitCodes('they keep to it', 'one does not')}`;

await runCommand({
  usage,
  leaves: 'Nothing was changed.',
  parse(args) {
    const asked = readOptions(args, {}, 'words');
    return asked === 'help' ? 'help' : (asked.words[0] ?? join(import.meta.dirname, '..', 'cdk.out'));
  },
  async run(directory) {
    const assembly = await readAssembly(directory);
    const template = resolveTemplate(assembly.template, assembly.stackName, { api: '', webhook: '' });
    const wrong = template.ofType('AWS::StepFunctions::StateMachine').flatMap((machine) => {
      const verdict = validate(structuredClone(definitionOf(machine)));
      return verdict.isValid ? [] : [`${machine.logicalId}: ${verdict.errorsText('\n')}`];
    });
    for (const sentence of wrong) console.error(sentence);
    return wrong.length === 0;
  },
});
