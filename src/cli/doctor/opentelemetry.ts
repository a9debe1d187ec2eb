import type { AttachOutcome } from './attach-trial.js'
import { askChild } from './child.js'
import { findPackage, type Installed } from './packages.js'
import { placeIn, withoutFolders } from './privacy.js'
import type { AttachTrial, FoundPackage, OpenTelemetryFacts } from './report.js'

const api = '@opentelemetry/api'

/** Each may have those after it as dependencies, where the application does not have them itself. */
const sdkPackages = [
  '@opentelemetry/auto-instrumentations-node',
  '@opentelemetry/sdk-node',
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/sdk-trace',
]

/** Packages with a class of tracer providers, in the order of preference. */
const providers: Record<string, string> = {
  '@opentelemetry/sdk-trace-node': 'NodeTracerProvider',
  '@opentelemetry/sdk-trace-base': 'BasicTracerProvider',
  '@opentelemetry/sdk-trace': 'TracerProvider',
}

/** What an application in `cwd` would load, and whether spanmeter can attach to it. */
export async function examineOpenTelemetry(cwd: string): Promise<OpenTelemetryFacts> {
  const sdk: Installed[] = []
  for (const name of sdkPackages) {
    const found = findFrom([cwd, ...sdk.map(({ folder }) => folder)], name)
    if (found !== undefined) sdk.push(found)
  }
  const apis = new Map<string, Installed>()
  for (const folder of [cwd, ...sdk.map(({ folder }) => folder)]) {
    const found = findPackage(api, folder)
    if (found !== undefined) apis.set(found.folder, found)
  }
  const apiCopies = [...apis.values()]
  const show = ({ name, version, folder }: Installed): FoundPackage => ({ name, version, path: placeIn(cwd, folder) })
  const first = apiCopies.slice(0, 1)
  return {
    packages: [...first, ...sdk].map(show),
    apiCopies: apiCopies.map(show),
    attach: await tryToAttach(sdk, cwd),
  }
}

function findFrom(folders: readonly string[], name: string): Installed | undefined {
  for (const folder of folders) {
    const found = findPackage(name, folder)
    if (found !== undefined) return found
  }
  return undefined
}

async function tryToAttach(sdk: readonly Installed[], cwd: string): Promise<AttachTrial | null> {
  const chosen = Object.keys(providers).flatMap((name) => sdk.find((found) => found.name === name) ?? [])[0]
  if (chosen === undefined) return null
  const { name, version, importer } = chosen
  const provider = providers[name]!
  const about = { sdk: `${name} ${version}`, provider }
  try {
    const env = withoutSettings(process.env)
    const outcome = await askChild<AttachOutcome>('attach-trial.js', [importer, name, provider], { cwd, env })
    return { ...about, ...outcome, error: outcome.error && withoutFolders(outcome.error, cwd) }
  } catch (error) {
    const why = withoutFolders((error as Error).message, cwd)
    return { ...about, by: null, writesIn: null, attributes: 0, error: why }
  }
}

/** The SDK of the trial must send nothing anywhere, and sample. */
function withoutSettings(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('OTEL_')))
}
