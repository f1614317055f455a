import type { Schemas } from '../called.ts';
import { Head } from '../parts/head.tsx';
import { counted, moment, percent } from '../words.ts';

type Health = Schemas['IntegrationHealth'];

const [BAR, GAP, HEIGHT] = [20, 4, 60];

/** Tries and failures of the last hour, five minutes a bar; the same as a table for who does not see bars. */
export function Attempts({ of: { history, recent_attempts, recent_failures, failure_rate } }: { readonly of: Health }) {
  const most = Math.max(1, ...history.map(({ attempts }) => attempts));
  const height = (count: number) => (count * HEIGHT) / most;
  return (
    <section aria-labelledby="attempts">
      <h2 id="attempts">Tries in the last hour</h2>
      <p>
        <span class="number">{percent(failure_rate)}</span> failed: {recent_failures} of{' '}
        {counted(recent_attempts, 'try', 'tries')}
      </p>
      <svg
        class="bars"
        viewBox={`0 0 ${history.length * (BAR + GAP)} ${HEIGHT + 2}`}
        preserveAspectRatio="xMinYMax"
        aria-hidden="true"
      >
        {history.map(({ since, attempts, failures }, index) => (
          <g key={since} transform={`translate(${index * (BAR + GAP)} 0)`}>
            <title>{`${moment(since)}: ${failures} of ${attempts} failed`}</title>
            <rect class="floor" y={HEIGHT} width={BAR} height="2" />
            <rect class="tried" y={HEIGHT - height(attempts)} width={BAR} height={height(attempts)} />
            <rect class="failed" y={HEIGHT - height(failures)} width={BAR} height={height(failures)} />
          </g>
        ))}
      </svg>
      <p class="quiet">
        Five minutes a bar, since {history[0] && moment(history[0].since).slice(11, 16)}; what failed is red.
      </p>
      <details>
        <summary>As a table</summary>
        <table>
          <Head of={['Since', 'Tries', 'Failed', 'Rate']} />
          <tbody>
            {history.map(({ since, attempts, failures }) => (
              <tr key={since}>
                <th scope="row">{moment(since).slice(11, 16)}</th>
                <td>{attempts}</td>
                <td>{failures}</td>
                <td>{percent(attempts === 0 ? 0 : failures / attempts)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </section>
  );
}
