/** Runs the CRM's double until it is told to end, and says where. */
import { startCrmDouble } from './double/server.ts';

const { url } = await startCrmDouble(Number(process.argv[2] ?? 4010));
console.log(`The CRM's double is at ${url}; any bearer token will do.`);
