import { join } from 'node:path';

/** Where compiled code of the runner and of the CDK is kept between starts. */
export function compileCacheDirectory(root: string): string {
  return join(root, 'node_modules', '.cache', 'concord');
}
