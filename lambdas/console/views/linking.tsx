import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useAsk } from '../parts/asking.tsx';
import { askToLink } from './questions.ts';

type Props = { readonly api: Api; readonly customerId: string; readonly onChanged: () => void };

/** For a customer that has no twin: names the one in Stripe that is to be it. */
export function Linking({ api, customerId, onChanged }: Props) {
  const ask = useAsk();
  const [wanted, setWanted] = useState('');
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        ask(askToLink(api, customerId, wanted.trim(), onChanged));
      }}
    >
      <label for="external">Its Stripe customer, if there is one</label>
      <input
        id="external"
        value={wanted}
        placeholder="cus_…"
        pattern="\s*cus_\w+\s*"
        required
        spellcheck={false}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <button type="submit">Link…</button>
    </form>
  );
}
