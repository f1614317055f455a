import { MemoryLeaseStore } from '#adapters/memory/memory-lease-store.ts';
import { leaseStoreContract } from '../../contracts/lease-store.contract.ts';
import { manualClock } from '../../contracts/manual-clock.ts';

leaseStoreContract('memory', (clock) => new MemoryLeaseStore(clock));

describe('two memory stores', () => {
  it('know nothing of one another, so they are no lock across processes', async () => {
    const clock = manualClock();
    const leases = await Promise.all(
      ['ann', 'ben'].map((owner) => new MemoryLeaseStore(clock).tryAcquire(['job'], owner, 1_000)),
    );
    expect(leases.map((lease) => lease?.owner)).toEqual(['ann', 'ben']);
  });
});
