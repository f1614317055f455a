import { cpus, totalmem } from 'node:os';

/** The machine that was measured on, and when: figures of different ones are not to be compared. */
export function describeMachine(): string {
  const [first] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const day = new Date().toISOString().slice(0, 10);
  return `Measured on ${day}: ${cpus().length} × ${first?.model.trim() ?? 'a processor'}, ${memory}, Node ${process.versions.node}.`;
}
