import { benchPart } from './part.ts';
import { percentile } from './statistics.ts';
import { withStack } from './with-stack.ts';

type Figure = { readonly what: string; readonly value: number; readonly unit: string; readonly most?: number };

const MOST_READY_SECONDS = 5;
const MOST_MEGABYTES = 250;
const REQUESTS = 50;

/** What `npm start` itself takes, and how much of a request is the runner's and not Concord's. */
export const runner = benchPart<Figure>({
  name: 'runner',
  columns: [
    ['What', 60],
    ['Measured', 10],
    ['At most', 9],
    ['Unit', 6],
  ],
  async measure(options, tell) {
    const all: Figure[] = [];
    const note = (figure: Figure) => {
      tell(figure);
      all.push(figure);
    };
    // What is synthesized is kept: from now on a start finds it.
    await withStack(options, async () => {});
    const beganMs = performance.now();
    await withStack(options, async (stage, { api, control }) => {
      note({ what: 'ready', value: (performance.now() - beganMs) / 1000, most: MOST_READY_SECONDS, unit: 's' });
      const megabytes = async () =>
        ((await (await fetch(`${control}/memory`)).json()) as { rss_bytes: number }).rss_bytes / 2 ** 20;
      note({ what: 'memory when ready', value: await megabytes(), most: MOST_MEGABYTES, unit: 'MB' });
      const p50 = async (work: () => Promise<unknown>) => {
        const tookMs: number[] = [];
        for (let request = 0; request < REQUESTS; request += 1) {
          const startedMs = performance.now();
          await work();
          if (request >= REQUESTS / 5) tookMs.push(performance.now() - startedMs);
        }
        return percentile(tookMs, 0.5);
      };
      const read = async (url: string) => (await fetch(url)).text();
      const alone = await p50(() => read(`${control}/outputs`));
      const invoked = await p50(() => read(`${api}/health`));
      const called = await p50(() => stage.api('GET', '/customers/nobody'));
      note({ what: 'a request of HTTP that no function serves', value: alone, unit: 'ms' });
      note({ what: 'more for an invocation: event, worker, answer', value: invoked - alone, unit: 'ms' });
      note({ what: 'more for a token and one call: policy, DynamoDB, log', value: called - invoked, unit: 'ms' });
      note({ what: 'memory with one function warm', value: await megabytes(), most: MOST_MEGABYTES, unit: 'MB' });
    });
    return all;
  },
  cellsOf: ({ what, value, most, unit }) => [what, value.toFixed(1), most ?? '', unit],
  missedBy: (rows) =>
    rows
      .filter(({ value, most }) => most !== undefined && value > most)
      .map(({ what, value, most, unit }) => `${what}: ${most} ${unit} at most, not ${value.toFixed(1)}`),
});
