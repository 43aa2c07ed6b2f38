import { createMemoryHubStore } from '../../../local/durable-extension/memory-hub-store.ts';
import { describeHubStore } from './support/hub-store-contract.ts';

describeHubStore('the hub store in memory', createMemoryHubStore);
