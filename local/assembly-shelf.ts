import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** An assembly that stays where it is for as long as somebody uses it. */
export type Shelved = { readonly directory: string; release(): void };

/** What of a checkout an assembly is made of; the hidden lock file says which packages are installed. */
const SOURCES = [
  'bin',
  'lib',
  'lambdas',
  'cdk.json',
  'package.json',
  'tsconfig.json',
  'node_modules/.package-lock.json',
];
const DAY_MS = 86_400_000;

/**
 * Answers the directory that `make` filled for this checkout and context, and keeps it for later starts until one of
 * the checkout's sources changes: to make it takes seconds. It lies outside the checkout, since a bundle that forgot a
 * package must fail here as it would in Lambda. Several may ask at once; each asks for its own release.
 */
export async function takeFromShelf(
  root: string,
  context: object,
  make: (directory: string) => Promise<void>,
): Promise<Shelved> {
  const shelf = openShelf(tmpdir());
  const place = join(shelf, fingerprint(root, context));
  const users = join(place, 'users');
  mkdirSync(users, { recursive: true, mode: 0o700 });
  writeFileSync(join(place, 'root'), root);
  const user = mkdtempSync(join(users, `${process.pid}-`));
  const directory = join(place, 'assembly');
  const release = () => rmSync(user, { recursive: true, force: true });
  if (existsSync(directory)) return { directory, release };
  const making = mkdtempSync(join(place, 'making-'));
  try {
    await make(making);
    putInPlace(making, directory);
    clear(shelf, root);
    return { directory, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

/**
 * The directory below `parent` that holds all assemblies. Who may write there decides what the runner runs.
 * @throws Error when that is anybody but whoever runs it.
 */
export function openShelf(parent: string): string {
  const { uid } = userInfo();
  const shelf = join(parent, `concord-${uid}`);
  mkdirSync(shelf, { recursive: true, mode: 0o700 });
  const found = lstatSync(shelf);
  const isOurs = found.isDirectory() && (uid < 0 || (found.uid === uid && (found.mode & 0o077) === 0));
  if (!isOurs) throw new Error(`${shelf} is not a directory that only you can write to. Delete it, or set TMPDIR.`);
  return shelf;
}

function fingerprint(root: string, context: object): string {
  // Another one each day: what cleans temporary directories goes by age, and would leave an assembly with holes.
  const day = Math.floor(Date.now() / DAY_MS);
  const hash = createHash('sha256').update(JSON.stringify([root, context, process.version, day]));
  for (const file of SOURCES.flatMap((source) => filesOf(root, source))) {
    hash.update(`\n${file}\n`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

function filesOf(root: string, source: string): readonly string[] {
  const path = join(root, source);
  if (!existsSync(path)) return [];
  if (!lstatSync(path).isDirectory()) return [source];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort();
}

/** Another start may have been quicker with the very same assembly. */
function putInPlace(making: string, directory: string): void {
  try {
    renameSync(making, directory);
  } catch (error) {
    if (!existsSync(directory)) throw error;
  }
}

/** Takes away what nobody uses any more: of this checkout, which has changed, and of those that are gone. */
function clear(shelf: string, root: string): void {
  for (const name of readdirSync(shelf)) {
    const place = join(shelf, name);
    // Without its root it has only just been begun.
    if (!existsSync(join(place, 'root')) || isInUse(place)) continue;
    const owner = readFileSync(join(place, 'root'), 'utf8');
    if (owner === root || !existsSync(owner)) rmSync(place, { recursive: true, force: true });
  }
}

/** A user that was killed could not say that it uses it no more. */
function isInUse(place: string): boolean {
  const users = join(place, 'users');
  return existsSync(users) && readdirSync(users).some((user) => isRunning(Number.parseInt(user, 10)));
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It runs, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
