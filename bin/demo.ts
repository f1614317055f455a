/** `npm run demo`: what goes wrong between a catalog and Stripe, played on the real stack and told to a person. */
import { join } from 'node:path';
import { runCommand } from './command-line/command.ts';
import { startChildStack } from './demo/child-stack.ts';
import { createNarrator, type Output } from './demo/narrator.ts';
import { type DemoCommand, demoUsage, parseDemoCommand } from './demo/options.ts';
import { playScene } from './demo/play.ts';
import type { Played } from './demo/scene.ts';
import { SCENES } from './demo/scenes/scenes.ts';

const root = join(import.meta.dirname, '..');
const silent: Output = { write: () => true };

async function run({ port, scene: only, json }: DemoCommand, interrupted: AbortSignal): Promise<boolean> {
  const narrator = createNarrator(json ? silent : process.stdout);
  const beginMs = performance.now();
  narrator.say('Starting the synthesized stack, with a double of Stripe.');
  const stack = await startChildStack({ root, port, interrupted });
  const played: Played[] = [];
  try {
    for (const [index, scene] of SCENES.entries()) {
      if (only !== undefined && only !== index + 1) continue;
      narrator.begin(index + 1, scene);
      played.push(
        await playScene(stack.ready, scene, (finding) => {
          // What breaks because the stack is ended breaks no promise.
          interrupted.throwIfAborted();
          narrator.find(finding);
        }),
      );
      interrupted.throwIfAborted();
    }
  } finally {
    await stack.stop();
  }
  narrator.end(played, (performance.now() - beginMs) / 1000);
  const kept = played.every((scene) => scene.kept);
  if (json) process.stdout.write(`${JSON.stringify({ kept, scenes: played })}\n`);
  return kept;
}

await runCommand({
  usage: demoUsage,
  leaves: 'The stack was its own, and is gone.',
  parse: (args) => parseDemoCommand(args, SCENES.length),
  run,
});
