import { isDeepStrictEqual } from 'node:util';
import type { ReadyLine } from '#local/ready-line.ts';
import type { Finding, Played, Scene, Verify } from './scene.ts';
import { countUnpaired, readHere, readThere } from './sides.ts';
import { openStage, type Stage } from './stage.ts';

/**
 * Plays a scene and tells each finding as it is made: the scene's own, and that every customer of either side is one of
 * the other's twin. What a scene cannot go on with is a broken promise.
 */
export async function playScene(ready: ReadyLine, scene: Scene, tell: (finding: Finding) => void): Promise<Played> {
  const beginMs = performance.now();
  const findings: Finding[] = [];
  const verify: Verify = (promise, is, mustBe) => {
    const finding = { promise, is, ...(!isDeepStrictEqual(is, mustBe) && { mustBe }) };
    findings.push(finding);
    tell(finding);
  };
  try {
    const stage = await openStage(ready);
    await scene.play(stage, verify);
    await verifyTwins(stage, verify);
  } catch (error) {
    verify('the scene can be played to its end', (error as Error).message, 'no error');
  }
  const kept = findings.every((finding) => !('mustBe' in finding));
  return { title: scene.title, kept, findings, seconds: (performance.now() - beginMs) / 1000 };
}

async function verifyTwins(stage: Stage, verify: Verify): Promise<void> {
  await stage.mendFaults();
  await stage.settle();
  const [here, there] = await Promise.all([readHere(stage), readThere(stage)]);
  verify(
    `customers without a twin, of ${here.length} here and ${there.length} in Stripe`,
    countUnpaired(here, there),
    0,
  );
}
