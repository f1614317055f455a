/**
 * `npm run saga-graph -- [--check] [cdk.out]`: draws the synthesized state machine in docs/saga.md. With `--check` it
 * writes nothing, and fails when the drawing there is out of date. Without a directory the app is synthesized.
 */
import { join } from 'node:path';
import { mermaidOf, type StatesDefinition, withGraph } from '#infra/saga-graph.ts';
import { definitionOf } from '#local/state-definition.ts';
import { readAssembly, synthesize } from '#local/synth.ts';
import { resolveTemplate } from '#local/template.ts';
import { runPage } from './command-line/page.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'saga.md');

async function readDefinition(directory: string | undefined): Promise<StatesDefinition> {
  const release = () => {};
  const assembly =
    directory === undefined
      ? await synthesize(root, { stage: 'local' })
      : { ...(await readAssembly(directory)), release };
  try {
    const template = resolveTemplate(assembly.template, assembly.stackName, { api: '', webhook: '' });
    const machines = template.ofType('AWS::StepFunctions::StateMachine');
    const saga = machines.find(({ name }) => name.endsWith('-saga'));
    if (saga === undefined) throw new Error('The template has no state machine whose name ends in -saga.');
    return definitionOf(saga) as StatesDefinition;
  } finally {
    assembly.release();
  }
}

await runPage({
  name: 'saga-graph',
  path,
  says: 'Draws the synthesized state machine in docs/saga.md.',
  make: async (document, directory) => withGraph(document, mermaidOf(await readDefinition(directory))),
});
