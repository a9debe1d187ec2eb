/**
 * Bundles the script and the styles of the report's page into dist, where `pageOf()` finds them:
 *   node scripts/page.mjs
 */
import { bundle } from './bundle.mjs'

const source = 'src/report/page/browser'

await bundle({
  entryPoints: { page: `${source}/main.ts`, 'page-style': `${source}/styles/page.css` },
  entryNames: '[name]',
  outdir: 'dist/report/page/assets',
  format: 'iife',
  target: ['chrome110', 'firefox113', 'safari16.4'],
})
