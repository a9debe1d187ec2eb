/**
 * Puts what the alerts need of libraries into the package, in place of dependencies that everybody would have to install:
 *   node scripts/libraries.mjs
 */
import { readFileSync } from 'node:fs'
import { bundle } from './bundle.mjs'

for (const file of ['backoff', 'yaml']) {
  await bundle({
    stdin: {
      contents: readFileSync(`src/alerts/libraries/${file}.ts`, 'utf8'),
      loader: 'ts',
      resolveDir: '.',
    },
    outfile: `dist/alerts/libraries/${file}.js`,
    treeShaking: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // Of yaml, which has an ES module for bundlers only under this name.
    mainFields: ['module', 'main'],
  })
}
