import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { numberOf, readOptions, TEXT } from '../../bin/command-line/options.ts';
import { SEARCHES } from '../../bin/search/searches.ts';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const OURS = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file, word] = /^node (\S+\.ts)(?: (\S+))?$/.exec(script) ?? [];
  return file === undefined ? [] : [{ name, file, word }];
});

function start(file: string, args: readonly string[]) {
  const child = spawn(process.execPath, [file, ...args]);
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([said, errors, [code]]) => ({ said, errors, code }),
  );
  return { child, ended };
}

describe('the scripts of package.json', () => {
  // What runs a command prints its help, and reads its options, before anything else: two of them are run for it.
  it.each(OURS.filter(({ name }) => name !== 'start'))('$name is a command like all others', ({ file }) => {
    expect(readFileSync(file, 'utf8')).toMatch(/^ {0,2}await (runCommand|runPage)\(/m);
  });

  it('print how they are used when asked for --help, and nothing else', async () => {
    const [demo, faults, again] = await Promise.all([
      start('bin/demo.ts', ['--scene', '99', '--help']).ended,
      start('bin/search.ts', ['faults', '--help']).ended,
      start('bin/local.ts', ['-h']).ended,
    ]);
    expect(demo).toMatchObject({ code: 0, errors: '', said: expect.stringContaining('npm run demo -- [--scene N]') });
    expect(faults.said).toMatch(/npm run faults -- \[--story WORDS\] \[--shard 2\/3\]\n\n {2}--story WORDS /);
    expect(again).toMatchObject({ code: 0, said: expect.stringContaining('npm start -- ') });
    for (const { said } of [demo, faults, again]) expect(said).toContain('Exit codes\n\n  0    ');
  });

  it('refuse what they do not know with a sentence and exit code 2', async () => {
    const [unknown, wrong] = await Promise.all([
      start('bin/search.ts', ['orders', '--fast']).ended,
      // It would tell nothing, and find nothing.
      start('bin/search.ts', ['faults', '--shard', '5/3']).ended,
    ]);
    expect(unknown).toEqual({ code: 2, said: '', errors: 'There is no option --fast. --help lists them.\n' });
    expect(wrong).toMatchObject({ code: 2, errors: expect.stringContaining('--shard cannot be 5/3.') });
  });

  it('have every search that there is, and every test that a search names', () => {
    const searches = OURS.filter(({ file }) => file === 'bin/search.ts');
    expect(searches.map(({ word }) => word).sort()).toEqual(Object.keys(SEARCHES).sort());
    for (const { name, word } of searches) expect(word).toBe(name);
    const tests = Object.values(SEARCHES).flatMap((search) => search.tests.filter((each) => each.startsWith('test/')));
    expect(tests.filter((each) => !existsSync(`${each}.test.ts`) && !existsSync(each))).toEqual([]);
  });
});

describe('Ctrl-C', () => {
  const command = (run: string) => [
    '--input-type=module',
    '--eval',
    `import { runCommand } from ${JSON.stringify(`${process.cwd()}/bin/command-line/command.ts`)};
    import { spawnInOwnGroup } from ${JSON.stringify(`${process.cwd()}/bin/command-line/own-group.ts`)};
    await runCommand({ usage: '', leaves: 'It is half full.', parse: () => ({}), run: ${run} });`,
  ];

  async function interrupted(run: string, times: 1 | 2) {
    const { child, ended } = start(command(run)[0] ?? '', command(run).slice(1));
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    if (times === 2) {
      // A second one so soon is the first one, passed on by npm.
      await new Promise((resolve) => setTimeout(resolve, 500));
      child.kill('SIGINT');
    }
    return ended;
  }

  it('lets a command end what it has begun, and says what it leaves', async () => {
    const run = `async (_, signal) => {
      console.log('at work');
      await new Promise((resolve) => { setInterval(() => {}, 1000); signal.addEventListener('abort', resolve); });
      console.log('put away');
      return true;
    }`;
    expect(await interrupted(run, 1)).toEqual({
      ...{ code: 130, said: 'at work\nput away\n', errors: 'Interrupted. It is half full.\n' },
    });
  });

  it('tells nothing of what fails because it was interrupted', async () => {
    const run = `async (_, signal) => {
      console.log('at work');
      await new Promise((_, reject) => { setInterval(() => {}, 1000); signal.addEventListener('abort', () => reject(new Error('gone'))); });
    }`;
    expect(await interrupted(run, 1)).toMatchObject({ code: 130, errors: 'Interrupted. It is half full.\n' });
  });

  it('reaches what the command has started through it alone, and nothing of that outlives it', async () => {
    const stubborn = 'process.on("SIGTERM", () => {}); console.log("begun"); setInterval(() => {}, 1000)';
    const run = `async (_, signal) => {
      const stdio = ['ignore', 'inherit', 'inherit'];
      const { child } = spawnInOwnGroup(['--eval', ${JSON.stringify(stubborn)}], { stdio }, signal);
      await new Promise((resolve) => child.on('exit', resolve));
    }`;
    // The output ends when nobody has hold of it any more.
    expect(await interrupted(run, 2)).toEqual({ code: 130, said: 'begun\n', errors: '' });
  });

  it('ends a command at once the second time', async () => {
    const run = `async () => { console.log('at work'); await new Promise(() => setInterval(() => {}, 1000)); }`;
    expect(await interrupted(run, 2)).toEqual({ code: 130, said: 'at work\n', errors: '' });
  });
});

describe('options', () => {
  it('are numbers within bounds, whole ones unless said otherwise', () => {
    const bounds = { least: 1, most: 200 };
    expect(numberOf('--rate', '1.5', { ...bounds, isWhole: false })).toBe(1.5);
    for (const wrong of ['1.5', '0', '201', '-1', '1e2', ' 1', '']) {
      expect(() => numberOf('--rate', wrong, bounds)).toThrow('--rate needs a whole number from 1 to 200.');
    }
    expect(numberOf('--rate', undefined, bounds)).toBeUndefined();
  });

  it('take words without a name only where there are some', () => {
    expect(readOptions(['one', '--to', 'two', 'three'], { to: TEXT }, 'words')).toEqual({
      ...{ values: { to: 'two' }, words: ['one', 'three'] },
    });
    expect(() => readOptions(['one'], { to: TEXT })).toThrow('There is no option one.');
    expect(() => readOptions(['--to', '--from'], { to: TEXT })).toThrow('--to needs a value.');
  });
});
