import { readFileSync } from 'node:fs';

/** A command that a document tells its reader to run. */
export type Command = {
  readonly document: string;
  /** As a shell reads it, without the comment behind it. */
  readonly text: string;
  /** What the comment behind it says that it answers. */
  readonly status?: number;
};

const BLOCK = /^```sh\n([\s\S]*?)^```$/gm;
/** `# 201` behind a command; other comments are for people. */
const COMMENT = /\s+# (?:(\d{3})$)?.*$/;

/** The commands of a document's shell blocks, in their order. */
export function commandsOf(document: string, text = readFileSync(document, 'utf8')): Command[] {
  return [...text.matchAll(BLOCK)].flatMap(([, block = '']) =>
    block
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const status = COMMENT.exec(line)?.[1];
        return { document, text: line.replace(COMMENT, ''), ...(status !== undefined && { status: Number(status) }) };
      }),
  );
}

/** The commands that stand in a document's sentences: those of npm, npx and aws. */
export function inlineCommandsOf(document: string, text = readFileSync(document, 'utf8')): Command[] {
  const sentences = text.replace(/^```[\s\S]*?^```/gm, '');
  const found = sentences.matchAll(/`((?:npm (?:run|start)|npx|aws) [^`]*)`/g);
  return [...found].map(([, command = '']) => ({ document, text: command.replace(/\s*\n\s*/g, ' ') }));
}

/** Why a command is not run by the test of the documents. */
const NOT_RUN: readonly (readonly [RegExp, string])[] = [
  [/^npm install && npm (start|test)$/, 'is how this very test was begun, or the stack that it talks to'],
  [/^npm run (bench|mutants) /, 'takes long, and means something on a quiet machine only'],
  [/^npm run demo$/, 'test/demo plays it'],
  [/^npx node examples\//, 'test/examples runs it'],
  [/^npm install openapi-fetch$|\$CONCORD|^npx -p openapi-typescript/, 'is for a project of the reader’s own'],
  [/^npm run import /, 'test/import runs it; a deployed stack’s file is not here'],
  [/^npx cdk /, 'needs an AWS account'],
  [/^aws /, 'needs an AWS account'],
  [/^export STRIPE_SECRET_KEY=rk_live_/, 'is a live key of Stripe'],
  [/^CONCORD_TOKEN=\S+ npm run verify /, 'test/verify runs it; a deployed stack’s API is not here'],
];

/** Why a command is not run; `undefined` for one that is. */
export function reasonNotToRun({ text }: Command): string | undefined {
  return NOT_RUN.find(([pattern]) => pattern.test(text))?.[1];
}
