/** `npm run verify`: asks a running stack whether catalog and Stripe agree, and says what does not. Read-only. */
import { fetchReport } from './verify/fetch-report.ts';
import { NoReportError, parseVerifyCommand, type VerifyCommand, verifyUsage } from './verify/options.ts';
import { reportTable } from './verify/report-table.ts';

async function run(command: VerifyCommand): Promise<boolean> {
  const { api, token } = await placeOf(command);
  const onProgress = (progress: unknown) => console.error(`comparing… ${JSON.stringify(progress ?? '')}`);
  const report = await fetchReport(api, { token, timeoutMs: command.timeoutMs, onProgress });
  process.stdout.write(command.json ? `${JSON.stringify(report)}\n` : reportTable(report));
  return report.consistent;
}

/** The runner's control server knows where its API is, and gives a token. */
async function placeOf({ api, token, stack }: VerifyCommand): Promise<{ api: string; token: string }> {
  if (stack === undefined) return { api: api ?? '', token: token ?? '' };
  const control = stack.replace(/\/+$/, '');
  try {
    const outputs = (await (await fetch(`${control}/outputs`)).json()) as { ApiUrl: string };
    if (token !== undefined) return { api: outputs.ApiUrl, token };
    const body = JSON.stringify({ scopes: ['customers:admin'], subject: 'verify' });
    const headers = { 'content-type': 'application/json' };
    const given = (await (await fetch(`${control}/tokens`, { method: 'POST', headers, body })).json()) as {
      token: string;
    };
    return { api: outputs.ApiUrl, token: given.token };
  } catch {
    throw new NoReportError(`${control} is not the control server of a running stack.`);
  }
}

try {
  const command = parseVerifyCommand(process.argv.slice(2), process.env);
  if (command === 'help') process.stdout.write(verifyUsage);
  else if (!(await run(command))) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof NoReportError ? error.message : error);
  process.exitCode = 2;
}
