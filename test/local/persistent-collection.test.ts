import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openCollections } from '../../local/persistent-collection.ts';

const MODULE = resolve('local/persistent-collection.ts');

describe.each(['in memory', 'in a file'])('a collection %s', (where) => {
  let folder: string;
  let collections: ReturnType<typeof openCollections>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collections-'));
    collections = openCollections(where === 'in a file' ? join(folder, 'deep', 'data.sqlite') : undefined);
  });
  afterEach(() => {
    collections.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives what was set, and undefined for what was not', () => {
    const collection = collections.open<{ n: number }>('things');
    collection.set('a', { n: 1 });
    expect(collection.get('a')).toEqual({ n: 1 });
    expect(collection.get('b')).toBeUndefined();
    collection.delete('a');
    collection.delete('never');
    expect(collection.get('a')).toBeUndefined();
    expect(collection.size).toBe(0);
  });

  it('keeps the order in which ids were first set', () => {
    const collection = collections.open<number>('things');
    for (const [id, value] of [
      ['b', 1],
      ['a', 2],
      ['c', 3],
      ['b', 4],
    ] as const)
      collection.set(id, value);
    expect(collection.values()).toEqual([4, 2, 3]);
    collection.delete('b');
    collection.set('b', 5);
    expect(collection.values()).toEqual([2, 3, 5]);
  });

  it('is the same collection under the same name, and apart from others', () => {
    collections.open<number>('one').set('a', 1);
    collections.open<number>('two').set('a', 2);
    expect(collections.open<number>('one').get('a')).toBe(1);
    collections.open<number>('one').clear();
    expect(collections.open<number>('one').size).toBe(0);
    expect(collections.open<number>('two').values()).toEqual([2]);
  });

  it('is changed only by set', () => {
    const collection = collections.open<{ list: number[] }>('things');
    const value = { list: [1] };
    collection.set('a', value);
    value.list.push(2);
    expect(collection.get('a')).toEqual({ list: [1] });
    expect(() => collection.get('a')?.list.push(3)).toThrow(TypeError);
  });

  it('keeps nothing of an atomic piece of work that throws', () => {
    const [one, two] = [collections.open<number>('one'), collections.open<number>('two')];
    one.set('a', 1);
    one.set('b', 2);
    expect(() =>
      collections.open.atomically(() => {
        one.delete('a');
        two.set('x', 1);
        collections.open.atomically(() => one.set('c', 3));
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(one.values()).toEqual([1, 2]);
    expect(two.size).toBe(0);
    collections.open.atomically(() => two.set('x', 2));
    expect(two.values()).toEqual([2]);
  });
});

describe('the file of collections', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'collections-'));
    file = join(folder, 'data.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a script in a process of its own until it has printed a line that `isEnough`, then kills it without warning. */
  const runUntilKilled = (script: string, isEnough: (line: string) => boolean) =>
    new Promise<{ readonly lines: readonly string[]; readonly stderr: string }>((done, fail) => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
      let [stdout, stderr] = ['', ''];
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        if (stdout.split('\n').slice(0, -1).some(isEnough)) child.kill('SIGKILL');
      });
      child.once('error', fail);
      child.once('close', () => done({ lines: stdout.split('\n').slice(0, -1), stderr }));
    });

  it('holds everything that was acknowledged before its process was killed', async () => {
    const script = `
      import { writeSync } from 'node:fs';
      import { openCollections } from ${JSON.stringify(MODULE)};
      const { open } = openCollections(${JSON.stringify(file)});
      const [left, right] = [open('left'), open('right')];
      for (let n = 0; ; n += 1) {
        open.atomically(() => { left.set('id' + n, n); right.set('id' + n, n); });
        writeSync(1, n + '\\n');
      }`;
    const { lines, stderr } = await runUntilKilled(script, (line) => Number(line) >= 300);
    expect(stderr).toBe('');

    const collections = openCollections(file);
    const left = collections.open<number>('left').values();
    expect(left.slice(0, lines.length)).toEqual(lines.map(Number));
    expect(collections.open<number>('right').values()).toEqual(left);
    collections.close();
  });

  it('belongs to one process at a time', () => {
    const first = openCollections(file);
    expect(() => openCollections(file)).toThrow(/locked/);
    first.close();
    first.close();
    openCollections(file).close();
  });
});
