/** Runs the scenario in a worker and posts what it ends with. */
import { scenario } from './scenario.ts';

postMessage(await scenario());
