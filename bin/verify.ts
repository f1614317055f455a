/** `npm run verify`: asks a running stack whether catalog and Stripe agree, and says what does not. Read-only. */
import { fetchReport, type Page } from './api/fetch-report.ts';
import { findPlace } from './api/place.ts';
import { runCommand } from './command-line/command.ts';
import { CommandError } from './command-line/options.ts';
import { barOf, showingProgress } from './command-line/progress.ts';
import { parseVerifyCommand, type VerifyCommand, verifyUsage } from './verify/options.ts';
import { type ConsistencyReport, reportTable } from './verify/report-table.ts';

const REQUEST = { method: 'GET', path: 'customers/data-consistency/validate' } as const;

async function run(command: VerifyCommand, interrupted: AbortSignal): Promise<boolean> {
  const progress = showingProgress();
  const onProgress = (share: number) => progress.show(() => `${barOf(share)} compared`);
  const { timeoutMs } = command;
  const page = await fetchReport(await findPlace(command), REQUEST, { timeoutMs, interrupted, onProgress }).finally(
    progress.end,
  );
  const report = assertReport(page);
  process.stdout.write(command.json ? `${JSON.stringify(report)}\n` : reportTable(report));
  return report.consistent;
}

function assertReport(page: Page): ConsistencyReport {
  if (typeof page['consistent'] === 'boolean' && typeof page['issue_count'] === 'number')
    return page as ConsistencyReport;
  throw new CommandError('The API answered something that is no report.');
}

await runCommand({
  usage: verifyUsage,
  leaves: 'Nothing was changed; a large comparison goes on in the stack.',
  parse: (args) => parseVerifyCommand(args, process.env),
  run,
});
