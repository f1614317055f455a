import Stripe from 'stripe';
import { decodeBody, parseSignatureHeader, verifySignature } from '#adapters/stripe-webhook/signature.ts';
import { seededRandom, type Triple } from './deliveries.ts';
import { drawTriple, MUTATIONS } from './mutations.ts';

const DRAWN = 100_000;

type Accepts = (triple: Triple) => boolean;

const sdkAccepts: Accepts = ({ header, body, secret, receivedAtMs }) =>
  succeeds(() => Stripe.webhooks.constructEvent(body, header, secret, 300, undefined, receivedAtMs));

const accepts: Accepts = ({ header, body, secret, receivedAtMs }) => {
  const parsed = parseSignatureHeader(header);
  if (parsed === undefined) return false;
  const verdict = verifySignature(decodeBody(body), parsed, [secret], receivedAtMs);
  return 'secretIndex' in verdict && succeeds(() => JSON.parse(decodeBody(body)));
};

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

/** How often each kind was accepted and refused by the SDK, and the kinds on which a verifier disagreed. */
function compare(seed: number, drawn: number, verifiers: readonly Accepts[]) {
  const random = seededRandom(seed);
  const seen = new Map<string, { accepted: number; refused: number }>();
  const disagreements = verifiers.map((): string[] => []);
  for (let index = 0; index < drawn; index += 1) {
    const triple = drawTriple(random);
    const tally = seen.get(triple.kind) ?? { accepted: 0, refused: 0 };
    seen.set(triple.kind, tally);
    const accepted = sdkAccepts(triple);
    tally[accepted ? 'accepted' : 'refused'] += 1;
    for (const [which, verifier] of verifiers.entries()) {
      if (verifier(triple) !== accepted) disagreements[which]?.push(`${triple.kind}: ${triple.header}`);
    }
  }
  return { seen, disagreements };
}

/** Kinds that are always refused, and always accepted. All others must have been both. */
const ALWAYS_REFUSED = [
  ...['bit of the body', 'body cut or grown', 'digit of the signature', 'length of the signature'],
  ...['letter case of the signature', 'time of the header other than signed', 'blank secret', 'part dropped'],
  ...['not UTF-8, signed over its bytes', 'empty body'],
];
const ALWAYS_ACCEPTED = ['valid', 'part doubled', 'parts reordered', 'not UTF-8, signed over its text'];

describe('the signature', () => {
  it(`is judged as Stripe's own SDK judges it, in ${DRAWN} deliveries that are valid or one step away`, () => {
    const { seen, disagreements } = compare(20_261_123, DRAWN, [accepts]);
    expect(disagreements[0]).toEqual([]);

    const total = { accepted: 0, refused: 0 };
    for (const kind of Object.keys(MUTATIONS)) {
      const { accepted, refused } = seen.get(kind) ?? { accepted: 0, refused: 0 };
      const [mayAccept, mayRefuse] = [!ALWAYS_REFUSED.includes(kind), !ALWAYS_ACCEPTED.includes(kind)];
      expect([kind, accepted >= 150, refused >= 150]).toEqual([kind, mayAccept, mayRefuse]);
      expect([kind, accepted > 0, refused > 0]).toEqual([kind, mayAccept, mayRefuse]);
      total.accepted += accepted;
      total.refused += refused;
    }
    expect(total.accepted).toBeGreaterThan(DRAWN / 3);
    expect(total.refused).toBeGreaterThan(DRAWN / 3);
  });

  it('is found to be judged otherwise by a verifier that leaves something out', () => {
    const withHeader =
      (judge: (triple: Triple, header: NonNullable<ReturnType<typeof parseSignatureHeader>>) => boolean): Accepts =>
      (triple) => {
        const header = parseSignatureHeader(triple.header);
        return header !== undefined && judge(triple, header) && succeeds(() => JSON.parse(decodeBody(triple.body)));
      };
    const matches = (text: string, header: Parameters<typeof verifySignature>[1], triple: Triple) =>
      'secretIndex' in verifySignature(text, header, [triple.secret], triple.receivedAtMs);
    const leavingOut: Readonly<Record<string, Accepts>> = {
      'the age': withHeader((triple, header) =>
        matches(decodeBody(triple.body), header, { ...triple, receivedAtMs: header.timestampSeconds * 1000 }),
      ),
      'all signatures but the first': withHeader((triple, header) =>
        matches(decodeBody(triple.body), { ...header, signatures: header.signatures.slice(0, 1) }, triple),
      ),
      'the refusal of an empty signature': (triple) =>
        accepts({ ...triple, header: triple.header.replace(/,v1=*$/, '') }),
      'the replacement of what is not UTF-8': withHeader((triple, header) =>
        matches(triple.body.toString('latin1'), header, triple),
      ),
    };
    const { disagreements } = compare(7, 10_000, Object.values(leavingOut));
    for (const [which, name] of Object.keys(leavingOut).entries()) {
      expect([name, (disagreements[which]?.length ?? 0) > 10]).toEqual([name, true]);
    }
  });
});
