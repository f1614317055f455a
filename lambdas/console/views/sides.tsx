import type { Schemas } from '../called.ts';
import { Head } from '../parts/head.tsx';
import { Note } from '../parts/note.tsx';
import { Value } from '../parts/text.tsx';
import { verdictOf } from '../words.ts';

type Sides = Schemas['CustomerSides'];

const FIELDS = ['name', 'email'] as const;
const LABELS = { name: 'Name', email: 'Email' };
const ROWS = [
  ['catalog', 'Catalog'],
  ['stripe', 'Stripe'],
  ['base', 'Agreed last'],
] as const;

const ABSENT: Readonly<Record<Sides['stripe'], string>> = {
  present: '',
  deleted: 'The Stripe customer is deleted.',
  unknown: 'Stripe does not know this customer.',
  'not-linked': 'There is no Stripe customer yet.',
};

/** A customer on both sides, field by field, with what they agreed on last. */
export function SidesTable({ of: { stripe, fields, external_id } }: { readonly of: Sides }) {
  return (
    <>
      {stripe !== 'present' && (
        <Note kind={stripe === 'not-linked' ? 'empty' : 'problem'}>
          {ABSENT[stripe]} {external_id}
        </Note>
      )}
      <table class="wide sides">
        <Head of={['', ...FIELDS.map((field) => LABELS[field])]} />
        <tbody>
          {ROWS.map(([side, label]) => (
            <tr key={side}>
              <th scope="row">{label}</th>
              {FIELDS.map((field) => (
                <td key={field} class={fields[field].differs && side !== 'base' ? 'differs' : undefined}>
                  <Value of={fields[field][side]} />
                </td>
              ))}
            </tr>
          ))}
          {stripe === 'present' && (
            <tr>
              <th scope="row">So</th>
              {FIELDS.map((field) => (
                <td key={field}>{verdictOf(fields[field])}</td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
    </>
  );
}
