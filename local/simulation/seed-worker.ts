import { parentPort } from 'node:worker_threads';
import type { SimulationChoice } from './plan.ts';
import { runSimulation } from './run-simulation.ts';

/** Plays the seeds it is sent, one after the other. */
parentPort?.on('message', async (choice: SimulationChoice) => {
  parentPort?.postMessage(await runSimulation(choice));
});
