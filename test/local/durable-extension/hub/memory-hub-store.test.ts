import { createMemoryHubStore } from '../../../../local/durable-extension/hub/memory-hub-store.ts';
import { describeHubStore } from '../../../contract/hub-store-contract.ts';

describeHubStore('the hub store in memory', createMemoryHubStore, (store) => store);
