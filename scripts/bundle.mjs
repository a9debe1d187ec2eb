/** Bundles with esbuild, and puts the licences of all libraries that went in before each file, which they ask for. */
import { build } from 'esbuild'
import { licenceComment } from './licences.mjs'

/** Rejects where a library has no licence to put in. */
export async function bundle(options) {
  const common = { bundle: true, minify: true, charset: 'utf8', legalComments: 'none', logLevel: 'warning', ...options }
  const { metafile } = await build({ ...common, write: false, metafile: true })
  const licences = (ending) => {
    const outputs = Object.entries(metafile.outputs).filter(([path]) => path.endsWith(ending))
    return [...new Set(outputs.flatMap(([, output]) => librariesIn(output)))].sort().map(licenceComment).join('\n')
  }
  await build({ ...common, banner: { js: licences('.js'), css: licences('.css') } })
}

/** The folders of the packages that an output has something of. */
function librariesIn({ inputs }) {
  const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0)
  return used.flatMap(([path]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
}
