import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordTelemetry } from '../telemetry/recorded-telemetry.ts';

// Preloaded by NODE_OPTIONS, as docs/telemetry.md tells: an SDK of its own, in a process whose app knows nothing of it.
const telemetry = recordTelemetry();
const folder = process.env.TELEMETRY_FOLDER ?? '';
process.on('exit', () => writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(telemetry)));
