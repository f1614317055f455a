import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parseDemoCommand } from '../../bin/demo/options.ts';
import { SCENES } from '../../bin/demo/scenes/scenes.ts';
import { inPlantedCopy } from '../stack/planted-bug.ts';

async function demo(args: readonly string[], directory = process.cwd()) {
  const child = spawn(process.execPath, ['bin/demo.ts', ...args], { cwd: directory });
  const [said, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { said, errors, code };
}

describe('npm run demo', () => {
  it('plays all seven, and finds every promise kept', async () => {
    const { said, errors, code } = await demo([]);
    expect([errors, code]).toEqual(['', 0]);
    for (const [index, { title }] of SCENES.entries()) expect(said).toContain(`\n${index + 1}  ${title}\n`);
    expect(said).toMatch(/\n7 of 7 promises kept, in \d+\.\d s\.\n$/);
    for (const never of ['BROKEN', '\u001b']) expect(said).not.toContain(never);
  }, 180_000);

  it('finds the promise broken, and says so by its exit code, where each try has a key of its own', async () => {
    const bug = {
      file: 'lib/use-cases/saga/kinds/kind.ts',
      guard: '{ id, attempt }',
      without: '{ id, sent: attempt }',
    };
    await inPlantedCopy(bug, async (directory) => {
      const { said, code } = await demo(['--scene', '4', '--json'], directory);
      const { kept, scenes } = JSON.parse(said) as { kept: boolean; scenes: { findings: object[] }[] };
      expect([kept, scenes.length, code]).toEqual([false, 1, 1]);
      expect(scenes[0]?.findings).toContainEqual({
        promise: 'and has made one customer',
        is: expect.any(Number),
        mustBe: 1,
      });
    });
  }, 180_000);

  it('takes a scene, a port and the form of the output, and nothing else', () => {
    expect(parseDemoCommand([], 7)).toEqual({ port: undefined, scene: undefined, json: false });
    const asked = parseDemoCommand(['--scene', '3', '--port', '4800', '--json'], 7);
    expect(asked).toEqual({ port: 4800, scene: 3, json: true });
    expect(parseDemoCommand(['--help'], 7)).toBe('help');
    for (const wrong of [['--scene', '8'], ['--scene', '0'], ['--port', 'x'], ['--scenes'], ['3']]) {
      expect(() => parseDemoCommand(wrong, 7)).toThrow();
    }
  });
});
