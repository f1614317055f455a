/** `npm run demo`: what goes wrong between a catalog and Stripe, played on the real stack and told to a person. */
import { join } from 'node:path';
import { startChildStack } from './demo/child-stack.ts';
import { createNarrator, type Output } from './demo/narrator.ts';
import { type DemoCommand, demoUsage, NoDemoError, parseDemoCommand } from './demo/options.ts';
import { playScene } from './demo/play.ts';
import type { Played } from './demo/scene.ts';
import { SCENES } from './demo/scenes/scenes.ts';

const root = join(import.meta.dirname, '..');
const silent: Output = { write: () => true };

async function run({ port, scene: only, json }: DemoCommand): Promise<boolean> {
  const narrator = createNarrator(json ? silent : process.stdout);
  const beginMs = performance.now();
  narrator.say('Starting the synthesized stack, with a double of Stripe.');
  const stack = await startChildStack(root, port);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stack.stop());
  const played: Played[] = [];
  try {
    for (const [index, scene] of SCENES.entries()) {
      if (only !== undefined && only !== index + 1) continue;
      narrator.begin(index + 1, scene);
      played.push(await playScene(stack.ready, scene, narrator.find));
    }
  } finally {
    await stack.stop();
  }
  narrator.end(played, (performance.now() - beginMs) / 1000);
  const kept = played.every((scene) => scene.kept);
  if (json) process.stdout.write(`${JSON.stringify({ kept, scenes: played })}\n`);
  return kept;
}

try {
  const command = parseDemoCommand(process.argv.slice(2), SCENES.length);
  if (command === 'help') process.stdout.write(demoUsage);
  else if (!(await run(command))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof NoDemoError ? error.message : error);
  process.exitCode = 2;
}
