import type { Process } from './processes.ts';

export type Numbers = ReturnType<typeof numbering>;

/** Numbers for the parts that states are made of: two that are the same, as JSON, have the same one. */
export function numbering() {
  const byText = new Map<string, number>();
  const byPart = new WeakMap<object, number>();
  const numberOf = (text: string): number => {
    const known = byText.get(text) ?? byText.size;
    byText.set(text, known);
    return known;
  };
  const remembered = (part: object, textOf: () => string): number => {
    const known = byPart.get(part) ?? numberOf(textOf());
    byPart.set(part, known);
    return known;
  };
  const ofProcess = (process: Process): number =>
    remembered(process, () => {
      const { name, work, input, results, before } = process;
      return before === undefined
        ? JSON.stringify([name, work, input])
        : `${ofProcess(before)} ${JSON.stringify(results.at(-1))}`;
    });
  return { of: (part: object) => remembered(part, () => JSON.stringify(part)), ofProcess };
}
