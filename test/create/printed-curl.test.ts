import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findFreePorts } from '../local/runner-process.ts';

describe('the screen of npm start', () => {
  it('shows a curl that creates a customer on both sides when pasted', async () => {
    const port = await findFreePorts();
    const runner = spawn(process.execPath, ['bin/local.ts', '--schedules', 'off', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      let screen = '';
      for await (const chunk of runner.stdout) {
        screen += chunk;
        if (screen.includes('Ctrl-C')) break;
      }
      const [command = ''] = /^ {2}curl (?:.*\\\n)*.*$/m.exec(screen) ?? [];
      // Read as a shell and curl would, since neither need be on the machine.
      const [, url = ''] = /curl -i (\S+)/.exec(command) ?? [];
      const headers = [...command.matchAll(/-H '([^:]+): ([^']*)'/g)].map(
        ([, name = '', value = '']) => [name, value] as [string, string],
      );
      const [, body = ''] = /-d '([^']*)'/.exec(command) ?? [];
      const reply = await fetch(url, { method: 'POST', headers, body });
      expect(reply.status).toBe(201);
      expect(await reply.json()).toMatchObject({
        email: 'john@example.com',
        integrations: { stripe: { external_id: expect.stringMatching(/^cus_/), sync_status: 'synced' } },
      });
    } finally {
      const exited = once(runner, 'exit');
      runner.kill('SIGTERM');
      await exited;
    }
  });
});
