/** `npm run repair`: what a running stack would repair between catalog and Stripe, or its repair. */
import { fetchReport, type Page } from './api/fetch-report.ts';
import { findPlace } from './api/place.ts';
import { runCommand } from './command-line/command.ts';
import { CommandError } from './command-line/options.ts';
import { barOf, showingProgress } from './command-line/progress.ts';
import { parseRepairCommand, type RepairCommand, repairUsage } from './repair/options.ts';
import { type FixReport, repairText } from './repair/repair-text.ts';

async function run(command: RepairCommand, interrupted: AbortSignal): Promise<boolean> {
  const { isApplied, kinds, customerIds, timeoutMs, json } = command;
  const body = { dry_run: !isApplied, ...(kinds && { kinds }), ...(customerIds && { customer_ids: customerIds }) };
  const progress = showingProgress();
  const onProgress = (share: number) => progress.show(() => `${barOf(share)} ${isApplied ? 'repaired' : 'compared'}`);
  const request = { method: 'POST', path: 'customers/data-consistency/fix', body } as const;
  const page = await fetchReport(await findPlace(command), request, { timeoutMs, interrupted, onProgress }).finally(
    progress.end,
  );
  const report = assertReport(page);
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : repairText(report));
  const left = report.skipped.length + report.failed.length + (isApplied ? 0 : report.fixed.length);
  return left === 0;
}

function assertReport(page: Page): FixReport {
  if ([page['fixed'], page['skipped'], page['failed']].every(Array.isArray)) return page as FixReport;
  throw new CommandError('The API answered something that is no report.');
}

await runCommand({
  usage: repairUsage,
  leaves: 'Each repair is done or not begun; a large run goes on in the stack. Ask again to see what is left.',
  parse: (args) => parseRepairCommand(args, process.env),
  run,
});
