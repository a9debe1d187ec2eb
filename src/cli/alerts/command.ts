import { Command, Option } from 'commander'
import { severities } from '../../alerts/rules/rule-options.js'
import type { Severity } from '../../alerts/types.js'
import { check } from './check.js'
import { tryAll } from './try.js'

const help = `
The file is JSON or YAML, as SPANMETER_ALERTS takes it; docs/alerts.md has an
example. Secrets belong in files of their own: urlFile, routingKeyFile.

Exit codes:
  0  the file is right; all channels took the alert
  1  the command line was not understood
  2  the file is wrong, or a channel failed`

/** `spanmeter alerts`: looks after a file of rules and channels. */
export function alertsCommand(): Command {
  const fail = (code: number) => {
    process.exitCode = code
  }
  const checking = new Command('check')
    .summary('say what is wrong with a file, by line')
    .description('Reads a file of rules and channels, and says what is wrong with it, by line. Sends nothing.')
    .argument('<file>', 'JSON or YAML')
    .action((file: string) => fail(check(file)))
  const trying = new Command('try')
    .summary('send a test through each channel of a file')
    .description('Sends an alert through each channel of a file, and that it is resolved. Nothing is tried twice.')
    .argument('<file>', 'JSON or YAML')
    .addOption(new Option('--severity <severity>', 'of the alert').choices(severities).default('info'))
    .action(async (file: string, { severity }: { severity: Severity }) => fail(await tryAll(file, severity)))
  return new Command('alerts')
    .summary('check a file of alerts, and try its channels')
    .description('Looks after a file of rules and channels.')
    .addCommand(checking)
    .addCommand(trying)
    .addHelpText('after', help)
    .showHelpAfterError('(spanmeter alerts --help lists the commands)')
}
