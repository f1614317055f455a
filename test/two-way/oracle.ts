/**
 * What has to come of one field, said once more and in other words than the code's: from the rules that both sides live
 * by, not from what runs. It knows of values only; nothing here is imported from what it judges.
 */

export type Value = string | null;
export type Owner = 'catalog' | 'stripe';

/** What happens to a write of ours: `unheard` has its effect and no answer, `lost` has neither. */
export type Fate = 'answered' | 'refused' | 'unheard' | 'lost';

export type Act =
  | { readonly edit: 'here'; readonly to: string }
  | { readonly edit: 'there'; readonly to: Value }
  /** Somebody looks; `meanwhile` is what Stripe's side becomes after it was read, just before a write of ours lands. */
  | { readonly look: Fate; readonly meanwhile?: string }
  /** The oldest event of a write of ours that nobody has been told of. */
  | { readonly tell: 'echo' };

/** A write of ours that has landed: what it was to replace, what it replaced, and whether its sender knows. */
type Landed = { readonly expected: Value; readonly replaced: Value; readonly isKnown: boolean };

export type Truth = {
  readonly here: Value;
  readonly there: Value;
  /** What both sides last had in common. */
  readonly common: Value;
  /** The value of Stripe's that lost and is told of already, as long as it stands there. */
  readonly told: Value | undefined;
  /** A write of ours of which nobody knows what came. */
  readonly open: { readonly value: Value; readonly expected: Value; readonly hasLanded: boolean } | undefined;
  readonly echoes: readonly Landed[];
};

/** What anybody can see of an act, beside the two sides: what was asked of Stripe, and what the audit tells. */
export type Shown = { readonly sent: Value[]; readonly overruled: Value[]; readonly taken: Value[] };

/** The truth after an act, and what it shows. */
export function told(truth: Truth, act: Act, owner: Owner): { readonly truth: Truth; readonly shown: Shown } {
  const shown: Shown = { sent: [], overruled: [], taken: [] };
  return { truth: after(truth, act, owner, shown), shown };
}

function after(truth: Truth, act: Act, owner: Owner, shown: Shown): Truth {
  if ('edit' in act) return act.edit === 'here' ? { ...truth, here: act.to } : { ...truth, there: act.to };
  if ('look' in act) return looked(truth, act, owner, shown);
  const [echo, ...echoes] = truth.echoes;
  if (echo === undefined) return truth;
  // Whatever our write replaced that nobody here had seen is told, and never written back.
  if (!isSame(echo.replaced, echo.expected)) shown.overruled.push(plain(echo.replaced));
  const rest = { ...truth, echoes };
  // An echo whose sender does not know yet what came of it is a reason to look, like any event.
  return echo.isKnown ? rest : looked(rest, { look: 'answered' }, owner, shown);
}

function looked(truth: Truth, { look, meanwhile }: Extract<Act, { look: Fate }>, owner: Owner, shown: Shown): Truth {
  const moved = (now: Truth) => (meanwhile === undefined ? now : { ...now, there: meanwhile });
  // What is open is settled first: the same request, which happens once.
  if (truth.open !== undefined) {
    shown.sent.push(plain(truth.open.value));
    return written(moved(truth), truth.open, look);
  }
  const { here, there, common } = truth;
  const took = (): Truth => {
    shown.taken.push(plain(there));
    return { ...truth, here: plain(there), common: plain(there), told: undefined };
  };
  const send = (now: Truth): Truth => {
    shown.sent.push(plain(here));
    return written(moved(now), { value: here, expected: plain(there), hasLanded: false }, look);
  };
  if (isSame(here, there)) return moved({ ...truth, common: plain(here), told: undefined });
  // What is missing here was never removed here: callers cannot.
  if (isSame(here, null)) return moved(isSame(there, common) ? truth : took());
  if (isSame(there, common)) return send({ ...truth, told: undefined });
  if (isSame(here, common)) return moved(took());
  if (owner === 'stripe') {
    shown.overruled.push(plain(here));
    return moved(took());
  }
  if (truth.told === undefined || !isSame(truth.told, there)) shown.overruled.push(plain(there));
  return send({ ...truth, told: plain(there) });
}

/** What becomes of a request. One that has landed before changes nothing by landing again. */
function written(truth: Truth, open: NonNullable<Truth['open']>, fate: Fate): Truth {
  // A refusal is an answer to a request that has not happened; one that has happened is answered so.
  if (fate === 'refused' && !open.hasLanded) return { ...truth, open: undefined };
  const lands = !open.hasLanded && fate !== 'lost';
  const echo: Landed = { expected: open.expected, replaced: truth.there, isKnown: false };
  const isChange = lands && truth.there !== open.value;
  const now: Truth = {
    ...truth,
    there: lands ? open.value : truth.there,
    echoes: isChange ? [...truth.echoes, echo] : truth.echoes,
    open: { ...open, hasLanded: open.hasLanded || lands },
  };
  if (fate === 'lost' || fate === 'unheard') return now;
  const echoes = now.echoes.map((each) => ({ ...each, isKnown: true }));
  return { ...now, echoes, open: undefined, common: plain(open.value), told: undefined };
}

/** Empty and missing are one, and white space around a value is none of it. */
export function plain(value: Value): Value {
  const text = value?.trim();
  return text === undefined || text === '' ? null : text;
}

function isSame(one: Value, other: Value): boolean {
  return plain(one) === plain(other);
}
