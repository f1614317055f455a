import { MemoryScratchStore } from '#adapters/memory/memory-scratch-store.ts';
import { scratchStoreContract } from '../../contracts/scratch-store.contract.ts';

scratchStoreContract('memory', (clock) => new MemoryScratchStore(clock));
