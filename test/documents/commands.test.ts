import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROBLEMS } from '#adapters/http/render.ts';
import { findFreePorts } from '../local/runner-process.ts';
import { type Command, commandsOf, inlineCommandsOf, reasonNotToRun } from './commands.ts';
import { unknownOptions } from './options.ts';

const DOCUMENTS = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...['create-customer', 'typed-client'].map((name) => `examples/${name}/README.md`),
];
/** What is between the outputs of two commands. */
const MARK = '@@@';
/** The status of a call that shows it. */
const STATUS = /^HTTP\/1\.1 (\d{3})/m;

describe('the commands of the documents', () => {
  let port: number;
  let screen = '';
  let stop = async () => {};
  beforeAll(async () => {
    port = await findFreePorts();
    const runner = spawn(process.execPath, ['bin/local.ts', '--schedules', 'off', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    stop = async () => {
      const exited = once(runner, 'exit');
      runner.kill('SIGTERM');
      await exited;
    };
    for await (const chunk of runner.stdout.iterator({ destroyOnReturn: false })) {
      screen += chunk;
      if (screen.includes('Ctrl-C')) break;
    }
  });
  afterAll(() => stop());

  /** Runs commands one after the other in one shell, and tells what each has said. */
  async function run(commands: readonly string[]): Promise<string[]> {
    const script = commands.flatMap((command) => [`echo '${MARK}'`, command]).join('\n');
    const local = script.replace(/(?<=127\.0\.0\.1:)400([0-4])/g, (_, offset: string) => String(port + Number(offset)));
    const shell = spawn('sh', ['-e'], { stdio: ['pipe', 'pipe', 'pipe'] });
    shell.stdin.end(`${local}\n`);
    const [said, errors, [code]] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')]);
    const outputs = said.split(`${MARK}\n`).slice(1);
    if (code !== 0) throw new Error(`${commands[outputs.length - 1]} ended with ${code}: ${outputs.at(-1)}${errors}`);
    return outputs;
  }

  const isShown = ({ text: command }: Command) => /^(api|curl -i) /.test(command);

  it.each(['README.md', 'docs/using.md'])('of %s work when pasted, and answer what is said', async (document) => {
    const commands = commandsOf(document).filter((command) => reasonNotToRun(command) === undefined);
    expect(commands.length).toBeGreaterThan(2);
    const outputs = await run(commands.map((command) => command.text));
    const answered = outputs.map((output) => Number(STATUS.exec(output)?.[1] ?? 0));
    expect(commands.map((command, nth) => [command.text, isShown(command) ? answered[nth] : undefined])).toEqual(
      commands.map((command) => [command.text, command.status]),
    );
    // A call that does not show its status is an error by what it says.
    for (const output of outputs.filter((_, nth) => answered[nth] === 0)) expect(output).not.toMatch(/"error"/);
  });

  it('that npm start prints makes a customer on both sides', async () => {
    const [command = ''] = /^ {2}curl (?:.*\\\n)*.*$/m.exec(screen) ?? [];
    const [output = ''] = await run([command]);
    expect(STATUS.exec(output)?.[1]).toBe('201');
    expect(output).toMatch(/"external_id":"cus_\w+","sync_status":"synced"/);
  });

  it('would be found out', async () => {
    await expect(run(['echo fine', 'false'])).rejects.toThrow('false ended with 1');
    const [[, command] = []] = [commandsOf('x', '```sh\nA=1 # first\ncurl -i x \\\n  -d y   # 404\n```\n')];
    expect(command).toEqual({ document: 'x', text: 'curl -i x -d y', status: 404 });
  });
});

describe('every command that a document names', () => {
  const told = DOCUMENTS.flatMap((document) => [...commandsOf(document), ...inlineCommandsOf(document)]);

  it('is there, and takes the options that it is given', () => {
    const unknown = told.flatMap(({ document, text: command }) =>
      unknownOptions(command).map((option) => `${document}: ${option}`),
    );
    expect(unknown).toEqual([]);
  });

  it.each([
    ['npm run verify -- --aip http://127.0.0.1:4000', ['--aip']],
    ['npm run nothing', ['npm run nothing']],
    ['npx cdk deploy --contexts stage=prod', ['--contexts']],
    ['npx cdk deplay', ['npx cdk deplay']],
    ['aws sqs start-message-move-task --source ARN', ['--source']],
    ['aws sqs purge', ['aws sqs purge']],
  ])('would be found out: %s', (command, unknown) => expect(unknownOptions(command)).toEqual(unknown));

  it('in a shell block is run, or has a reason not to be', () => {
    const run = ['README.md', 'docs/using.md'];
    const others = told.filter(({ document }) => !run.includes(document)).filter((command) => !isInline(command));
    expect(others.filter((command) => reasonNotToRun(command) === undefined)).toEqual([]);
  });

  function isInline(command: Command): boolean {
    return inlineCommandsOf(command.document).some(({ text: inline }) => inline === command.text);
  }
});

describe('docs/using.md', () => {
  it('says of every problem what to do, and its status', () => {
    const rows = [...readFileSync('docs/using.md', 'utf8').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| .+ \|$/gm)];
    const told = Object.fromEntries(rows.map(([, type = '', status]) => [type, Number(status)]));
    // Stripe alone meets it, at the webhook's URL.
    const { 'method-not-allowed': _, ...met } = PROBLEMS;
    expect(told).toEqual(Object.fromEntries(Object.entries(met).map(([type, [status]]) => [type, status])));
  });
});
